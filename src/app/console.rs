//! The console of Windows: the program belongs to one, so that a shell waits for it and reads its exit code. Started
//! from the desktop, the window needs none.
//!
//! Windows 11 24H2 and later read that in the manifest (`packaging/windows/resource.rs`) and open no console. Earlier
//! ones open one, which goes away here, before the window opens.

#[link(name = "kernel32")]
unsafe extern "system" {
    fn GetConsoleProcessList(list: *mut u32, room: u32) -> u32;
    fn FreeConsole() -> i32;
}

/// Leaves the console if no other process is in it: then no shell started this program.
pub fn leave_if_alone() {
    let mut list = [0_u32; 2];
    // SAFETY: the list has room for as many numbers as is said; a greater count is only returned.
    let processes = unsafe { GetConsoleProcessList(list.as_mut_ptr(), list.len() as u32) };
    if processes == 1 {
        // SAFETY: takes no memory. Standard output leads nowhere afterwards, which `cli::out` survives.
        unsafe { FreeConsole() };
    }
}

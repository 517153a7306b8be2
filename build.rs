//! What the program is built with, besides its code.

#[cfg(windows)]
#[path = "packaging/windows/resource.rs"]
mod resource;

fn main() {
    #[cfg(windows)]
    resource::embed();
}

//! Where models run: the one place that makes devices, chooses between them and names them.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock, Weak};

use candle_core::Device;

use crate::domain::DeviceChoice;

/// What the GPU of this machine is called, once it has answered.
static GPU_NAME: OnceLock<&str> = OnceLock::new();

thread_local! {
    /// The GPU as this thread uses it. Each thread has its own, since streams and handles belong to one thread; it lives
    /// as long as a model on it, since a device keeps freed buffers for itself while it is there.
    static GPU: RefCell<Weak<Device>> = const { RefCell::new(Weak::new()) };
}

/// The device for `choice`: the first GPU that this build supports and that answers, else the CPU. All models of a
/// thread share it: keep it as long as the model.
pub fn device_for(choice: DeviceChoice) -> Arc<Device> {
    let gpu = || {
        GPU.with_borrow_mut(|kept| {
            let gpu = kept.upgrade().or_else(|| new_gpu().map(Arc::new))?;
            *kept = Arc::downgrade(&gpu);
            Some(gpu)
        })
    };
    let gpu = if choice == DeviceChoice::Auto { gpu() } else { None };
    gpu.unwrap_or_else(|| Arc::new(Device::Cpu))
}

/// The name of the device for `choice`, as the status bar shows it.
pub fn device_name(choice: DeviceChoice) -> &'static str {
    let known = || GPU_NAME.get().copied();
    match choice {
        DeviceChoice::Auto => known().or_else(|| new_gpu().and_then(|_| known())).unwrap_or(CPU),
        DeviceChoice::Cpu => CPU,
    }
}

const CPU: &str = "CPU";

/// A new device on the GPU, where there is one.
fn new_gpu() -> Option<Device> {
    #[cfg(feature = "cuda")]
    if let Ok(device) = Device::new_cuda(0) {
        GPU_NAME.get_or_init(|| "GPU (CUDA)");
        return Some(device);
    }
    #[cfg(feature = "metal")]
    if let Ok(device) = Device::new_metal(0) {
        GPU_NAME.get_or_init(|| "GPU (Metal)");
        return Some(device);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_always_there_and_a_thread_has_one_gpu() {
        assert!(device_for(DeviceChoice::Cpu).is_cpu());
        assert_eq!(device_name(DeviceChoice::Cpu), CPU);
        let (one, two) = (device_for(DeviceChoice::Auto), device_for(DeviceChoice::Auto));
        assert!(one.same_device(&two));
        assert_eq!(one.is_cpu(), device_name(DeviceChoice::Auto) == CPU);
    }
}

//! Where models run.

use candle_core::Device;

use crate::domain::DeviceChoice;

/// The device for `choice`: the first GPU that this build supports and that answers, else the CPU.
pub fn best_device(choice: DeviceChoice) -> Device {
    if choice == DeviceChoice::Auto {
        #[cfg(feature = "cuda")]
        if let Ok(device) = Device::new_cuda(0) {
            return device;
        }
        #[cfg(feature = "metal")]
        if let Ok(device) = Device::new_metal(0) {
            return device;
        }
    }
    Device::Cpu
}

/// The device as the status bar names it.
pub fn device_label(device: &Device) -> &'static str {
    match device {
        Device::Cpu => "CPU",
        Device::Cuda(_) => "GPU (CUDA)",
        Device::Metal(_) => "GPU (Metal)",
    }
}

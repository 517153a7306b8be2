//! One budget for the memory of all models, so that a second model says "does not fit" before the system kills us.

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Cause, Result};

/// Bytes that models may take together.
#[derive(Debug)]
pub struct MemoryBudget {
    total: u64,
    used: Mutex<u64>,
}

/// A model's share of the budget, given back when dropped.
#[derive(Debug)]
pub struct Reservation {
    budget: Arc<MemoryBudget>,
    bytes: u64,
}

impl MemoryBudget {
    pub fn new(total: u64) -> Arc<Self> {
        Arc::new(Self { total, used: Mutex::new(0) })
    }

    /// Nine tenths of the memory that is free now; no limit where the system does not tell.
    pub fn of_this_machine() -> Arc<Self> {
        let Ok(mut system) = sysinfo::System::new() else { return Self::new(u64::MAX) };
        system.refresh_memory();
        match system.available_memory() {
            0 => Self::new(u64::MAX),
            free => Self::new(free / 10 * 9),
        }
    }

    pub fn total(&self) -> u64 {
        self.total
    }

    pub fn used(&self) -> u64 {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes `bytes` of the budget, or says how many are free.
    pub fn reserve(self: &Arc<Self>, bytes: u64) -> Result<Reservation> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let free = self.total.saturating_sub(*used);
        if bytes > free {
            return Err(Cause::NotEnoughMemory { needed: bytes, free }.into());
        }
        *used += bytes;
        Ok(Reservation { budget: self.clone(), bytes })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        *self.budget.used.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
    }
}

/// Bytes of memory that this process holds now (resident set), 0 where the system does not tell.
pub fn process_memory() -> u64 {
    let Ok(pid) = sysinfo::get_current_pid() else { return 0 };
    let Ok(mut system) = sysinfo::System::new() else { return 0 };
    system.refresh_processes(sysinfo::ProcessesToUpdate::Some(&[pid]), false);
    system.process(pid).map_or(0, |p| p.memory())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_does_not_fit_is_told_the_numbers() {
        let budget = MemoryBudget::new(100);
        let first = budget.reserve(70).unwrap();
        let error = budget.reserve(40).unwrap_err();
        assert_eq!(error.cause(), &Cause::NotEnoughMemory { needed: 40, free: 30 });
        drop(first);
        assert_eq!(budget.used(), 0);
        budget.reserve(u64::MAX).unwrap_err();
        budget.reserve(100).unwrap();
    }
}

//! One budget for the memory of all models: a model that does not fit is refused before the system kills us, and idle
//! models make room for the one that is asked for, the least recently used first.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, Weak};
use std::time::Instant;

use crate::error::{Cause, Result};

/// Bytes that models may take together.
pub struct MemoryBudget {
    total: u64,
    used: Mutex<u64>,
    slots: Mutex<Vec<Weak<dyn Spare>>>,
}

/// A model's share of the budget, given back when dropped.
pub struct Reservation {
    budget: Arc<MemoryBudget>,
    bytes: u64,
}

/// The place of one model, which another thread may empty while nobody uses it.
pub struct Slot<T> {
    held: Mutex<Option<Held<T>>>,
}

struct Held<T> {
    /// The model's id, to tell a person what was freed.
    id: String,
    used: Instant,
    model: T,
}

/// A slot while its thread works with it: nobody else can empty it.
pub struct Guard<'a, T>(MutexGuard<'a, Option<Held<T>>>);

trait Spare: Send + Sync {
    /// When its model was last used; `None` where it has none, or is at work.
    fn idle_since(&self) -> Option<Instant>;
    /// Frees the model, unless it is at work, and says which it was.
    fn free(&self) -> Option<String>;
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MemoryBudget {
    /// A budget of `total` bytes.
    pub fn new(total: u64) -> Arc<Self> {
        Arc::new(Self { total, used: Mutex::new(0), slots: Mutex::default() })
    }

    /// Nine tenths of the memory that this process may still take; no limit where the system does not tell.
    pub fn of_this_machine() -> Arc<Self> {
        let Ok(mut system) = sysinfo::System::new() else { return Self::new(u64::MAX) };
        system.refresh_memory();
        // A container's limit is that of the root that is seen in it, a service's that of its own group.
        let own = sysinfo::get_current_pid().ok().and_then(|pid| {
            let (which, what) = (sysinfo::ProcessesToUpdate::Some(&[pid]), sysinfo::ProcessRefreshKind::nothing());
            system.refresh_processes_specifics(which, false, what);
            system.process(pid)?.cgroup_limits()
        });
        let groups = [system.cgroup_limits(), own].into_iter().flatten();
        let free = free_within(system.available_memory(), groups.map(|group| (group.total_memory, group.rss)));
        Self::new(free.map_or(u64::MAX, |free| free / 10 * 9))
    }

    /// The budget in bytes.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Bytes in use by models.
    pub fn used(&self) -> u64 {
        *lock(&self.used)
    }

    /// Bytes that are free.
    pub fn free(&self) -> u64 {
        self.total.saturating_sub(self.used())
    }

    /// A place for a model that may be freed when another one needs its memory.
    pub fn slot<T: Send + 'static>(&self) -> Arc<Slot<T>> {
        let slot = Arc::new(Slot { held: Mutex::new(None) });
        let spare: Arc<dyn Spare> = slot.clone();
        lock(&self.slots).push(Arc::downgrade(&spare));
        slot
    }

    /// Takes `bytes` of the budget; `freed` gets the id of each model that made room. Says how many bytes are free
    /// where even that is not enough.
    pub fn reserve(self: &Arc<Self>, bytes: u64, freed: &mut dyn FnMut(String)) -> Result<Reservation> {
        loop {
            if let Some(share) = self.reserve_free(bytes) {
                return Ok(share);
            }
            // What cannot fit at all frees nothing.
            match (bytes <= self.total).then(|| self.least_recent()).flatten() {
                Some(slot) => {
                    if let Some(id) = slot.free() {
                        freed(id);
                    }
                }
                None => return Err(Cause::NotEnoughMemory { needed: bytes, free: self.free() }.into()),
            }
        }
    }

    /// Takes `bytes` of the budget if they are free as it is.
    pub fn reserve_free(self: &Arc<Self>, bytes: u64) -> Option<Reservation> {
        let mut used = lock(&self.used);
        if bytes > self.total.saturating_sub(*used) {
            return None;
        }
        *used += bytes;
        Some(Reservation { budget: self.clone(), bytes })
    }

    fn least_recent(&self) -> Option<Arc<dyn Spare>> {
        let mut slots = lock(&self.slots);
        slots.retain(|slot| slot.strong_count() > 0);
        let idle = slots.iter().filter_map(Weak::upgrade).filter_map(|slot| Some((slot.idle_since()?, slot)));
        idle.min_by_key(|(since, _)| *since).map(|(_, slot)| slot)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        *lock(&self.budget.used) -= self.bytes;
    }
}

impl<T> Slot<T> {
    /// Keeps the slot for the one who asks, until the guard is dropped.
    pub fn hold(&self) -> Guard<'_, T> {
        Guard(lock(&self.held))
    }
}

impl<T> Guard<'_, T> {
    pub fn get(&mut self) -> Option<&mut T> {
        let held = self.0.as_mut()?;
        held.used = Instant::now();
        Some(&mut held.model)
    }

    /// Puts a model into the slot; `id` names it when it is freed.
    pub fn put(&mut self, id: String, model: T) {
        *self.0 = Some(Held { id, used: Instant::now(), model });
    }

    pub fn clear(&mut self) {
        *self.0 = None;
    }
}

impl<T: Send> Spare for Slot<T> {
    fn idle_since(&self) -> Option<Instant> {
        match self.held.try_lock() {
            Ok(held) => held.as_ref().map(|held| held.used),
            Err(TryLockError::Poisoned(held)) => held.into_inner().as_ref().map(|held| held.used),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn free(&self) -> Option<String> {
        let mut held = match self.held.try_lock() {
            Ok(held) => held,
            Err(TryLockError::Poisoned(held)) => held.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        held.take().map(|held| held.id)
    }
}

/// The memory that may still be taken, of the `machine`'s free bytes (0 where it does not tell) and of groups with a limit
/// and what their processes hold. Cached files count against a group's limit, but the system drops them first: they
/// are free here. `None` where nothing limits.
fn free_within(machine: u64, groups: impl Iterator<Item = (u64, u64)>) -> Option<u64> {
    let left = groups.map(|(limit, held)| limit.saturating_sub(held));
    left.chain(Some(machine).filter(|&free| free > 0)).min()
}

/// Bytes of memory that this process holds now (resident set), 0 where the system does not tell.
pub fn process_memory() -> u64 {
    let Ok(pid) = sysinfo::get_current_pid() else { return 0 };
    let Ok(mut system) = sysinfo::System::new() else { return 0 };
    system.refresh_processes(sysinfo::ProcessesToUpdate::Some(&[pid]), false);
    system.process(pid).map_or(0, |p| p.memory())
}

/// Whether the system may give this process memory in pages of 2 MiB (Linux). Picture models gain from them; a window
/// that has computed nothing yet would hold memory that it never touches.
pub fn large_pages(allowed: bool) {
    #[cfg(target_os = "linux")]
    // SAFETY: the call takes numbers only; where the system does not know it, nothing happens.
    unsafe {
        libc::prctl(libc::PR_SET_THP_DISABLE, libc::c_ulong::from(!allowed), 0, 0, 0);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = allowed;
}

/// The most memory that this process has had so far, in bytes, where the system tells.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nobody(id: String) {
        panic!("{id} was freed");
    }

    #[test]
    fn a_model_that_does_not_fit_is_told_the_numbers() {
        let budget = MemoryBudget::new(100);
        let first = budget.reserve(70, &mut nobody).unwrap();
        let Err(error) = budget.reserve(40, &mut nobody) else { panic!("it fits") };
        assert_eq!(error.cause(), &Cause::NotEnoughMemory { needed: 40, free: 30 });
        drop(first);
        assert_eq!(budget.used(), 0);
        assert!(budget.reserve(u64::MAX, &mut nobody).is_err());
        assert!(budget.reserve(100, &mut nobody).is_ok());
    }

    /// Regression: in a container of 4 GB on a machine of 64 GB the program was killed in the middle of a job.
    #[test]
    fn the_smallest_limit_around_the_process_is_the_budgets() {
        const GB: u64 = 1_000_000_000;
        let free = |machine: u64, groups: &[(u64, u64)]| free_within(machine, groups.iter().copied());
        assert_eq!(free(60 * GB, &[]), Some(60 * GB));
        assert_eq!(free(60 * GB, &[(4 * GB, GB)]), Some(3 * GB));
        assert_eq!(free(60 * GB, &[(8 * GB, GB), (4 * GB, 2 * GB)]), Some(2 * GB), "the narrower of two");
        assert_eq!(free(2 * GB, &[(8 * GB, GB)]), Some(2 * GB), "the machine has less than the group may take");
        assert_eq!(free(60 * GB, &[(GB, 2 * GB)]), Some(0), "a limit that was lowered");
        assert_eq!(free(0, &[(4 * GB, GB)]), Some(3 * GB));
        assert_eq!(free(0, &[]), None, "the system does not tell");
    }

    #[test]
    fn the_least_recently_used_idle_model_makes_room() {
        let budget = MemoryBudget::new(100);
        let slots: Vec<_> = (0..3).map(|_| budget.slot::<Reservation>()).collect();
        for (i, slot) in slots.iter().enumerate() {
            let share = budget.reserve(30, &mut nobody).unwrap();
            slot.hold().put(format!("model {i}"), share);
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        // The first was used again, so the second is the oldest.
        slots[0].hold().get().unwrap();
        let mut freed = Vec::new();
        let share = budget.reserve(40, &mut |id| freed.push(id)).unwrap();
        assert_eq!(freed, ["model 1"]);
        assert!(slots[1].hold().get().is_none() && slots[0].hold().get().is_some());
        drop(share);
        // One that is at work stays.
        let mut busy = slots[2].hold();
        freed.clear();
        assert!(budget.reserve(80, &mut |id| freed.push(id)).is_err());
        assert_eq!(freed, ["model 0"]);
        assert!(busy.get().is_some());
        drop(busy);
        // What cannot fit at all frees nothing.
        assert!(budget.reserve(101, &mut nobody).is_err());
        assert_eq!(budget.used(), 30);
        // A slot that is gone is no hindrance.
        drop(slots);
        assert_eq!(budget.used(), 0);
        assert!(budget.reserve(100, &mut nobody).is_ok());
    }
}

//! Threads for work of a few microseconds.
//!
//! A language model runs some hundred matmuls per token. Waking a sleeping thread takes as long as a small matmul, so
//! workers spin for the next task for a moment ([`LOOK_OUT`]) before they sleep. The caller does not wait for a late
//! worker: it does the work itself, closes the door, and waits only for the workers inside.

use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, TryLockError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use candle_core::Result;

use crate::job::Current;
use crate::threads;

/// How long a worker spins: longer than the time between two matmuls of a token, and too short to show as load.
const LOOK_OUT: Duration = Duration::from_micros(60);

/// Set in the door's number while it is open; the rest counts who is inside.
const OPEN: usize = 1 << (usize::BITS - 1);

type Work = dyn Fn(usize) + Sync;

/// What is being done, for workers who are inside.
#[derive(Clone, Copy)]
struct Task {
    work: *const Work,
    parts: usize,
}

struct Pool {
    /// One task at a time.
    turn: Mutex<()>,
    door: AtomicUsize,
    /// Counts the tasks.
    number: AtomicU64,
    task: UnsafeCell<Option<Task>>,
    /// The next part that is not taken yet.
    next: AtomicUsize,
    panicked: AtomicBool,
    /// How many workers are asleep or on their way there.
    asleep: AtomicUsize,
    workers: Mutex<Vec<Thread>>,
}

// SAFETY: `task` is written only by the holder of `turn` while the door is shut and nobody is inside, and read only by
// those inside.
unsafe impl Sync for Pool {}
// SAFETY: the pointer in `task` is followed only while the one who put it there waits.
unsafe impl Send for Pool {}

static POOL: LazyLock<&'static Pool> = LazyLock::new(|| {
    let pool: &'static Pool = Box::leak(Box::new(Pool {
        turn: Mutex::new(()),
        door: AtomicUsize::new(0),
        number: AtomicU64::new(0),
        task: UnsafeCell::new(None),
        next: AtomicUsize::new(0),
        panicked: AtomicBool::new(false),
        asleep: AtomicUsize::new(0),
        workers: Mutex::new(Vec::new()),
    }));
    let threads = (1..rayon::current_num_threads()).filter_map(|n| {
        let work = || {
            threads::computes();
            pool.serve();
        };
        let thread = std::thread::Builder::new().name(format!("kernel {n}")).spawn(work);
        // Fewer threads are slower, no more.
        thread.ok().map(|handle| handle.thread().clone())
    });
    let threads = threads.collect();
    *pool.workers.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = threads;
    pool
});

/// Calls `work` with each number below `parts`, on several threads where they are free. Where another task is under way
/// (a picture beside a text), or `work` itself comes here, it is done on this thread alone.
///
/// # Errors
/// Once the job of this thread is cancelled; parts are left out then.
///
/// # Panics
/// Where `work` does.
pub fn run(parts: usize, work: impl Fn(usize) + Sync) -> Result<()> {
    let job = Current::of_this_thread();
    if parts <= 1 || !try_run(parts, &job, &work) {
        (0..parts).take_while(|_| !job.is_cancelled()).for_each(work);
    }
    job.check()
}

/// As [`run`], but does nothing where another task is under way, and returns whether it was done, up to a cancel.
///
/// # Panics
/// Where `work` does.
pub fn try_run(parts: usize, job: &Current, work: &(dyn Fn(usize) + Sync)) -> bool {
    let pool = *POOL;
    let _turn = match pool.turn.try_lock() {
        Ok(turn) => turn,
        Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
        Err(TryLockError::WouldBlock) => return false,
    };
    pool.run(parts, &|part| {
        if !job.is_cancelled() {
            work(part);
        }
    });
    true
}

/// Threads that [`run`] may use, this one counted.
pub fn threads() -> usize {
    rayon::current_num_threads()
}

impl Pool {
    fn run(&self, parts: usize, work: &(dyn Fn(usize) + Sync)) {
        // SAFETY: a lifetime is left out of the pointer's type; `Shut` below waits until nobody follows it any more.
        let work: *const Work = unsafe { std::mem::transmute::<&(dyn Fn(usize) + Sync), &'static Work>(work) };
        // SAFETY: this thread holds `turn`, the door is shut and nobody is inside.
        unsafe { *self.task.get() = Some(Task { work, parts }) };
        self.next.store(0, Ordering::Relaxed);
        self.number.fetch_add(1, Ordering::Relaxed);
        self.door.store(OPEN, Ordering::SeqCst);
        let shut = Shut(self);
        if self.asleep.load(Ordering::SeqCst) > 0 {
            let workers = self.workers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            workers.iter().for_each(Thread::unpark);
        }
        self.work_on(Task { work, parts });
        drop(shut);
        if self.panicked.swap(false, Ordering::Relaxed) {
            panic!("a part of a product panicked on another thread");
        }
    }

    fn work_on(&self, task: Task) {
        loop {
            let part = self.next.fetch_add(1, Ordering::Relaxed);
            if part >= task.parts {
                return;
            }
            // SAFETY: the door was open when this thread came in, and who opened it waits for those inside.
            unsafe { (*task.work)(part) };
        }
    }

    /// The loop of a worker.
    fn serve(&self) {
        let mut last = 0;
        loop {
            last = self.wait(last);
            // In, unless the door was shut meanwhile.
            let enter = |door: usize| (door & OPEN != 0).then_some(door + 1);
            if self.door.fetch_update(Ordering::Acquire, Ordering::Relaxed, enter).is_err() {
                continue;
            }
            // SAFETY: this thread is inside.
            let task = unsafe { *self.task.get() };
            if let Some(task) = task
                && let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.work_on(task)))
            {
                self.panicked.store(true, Ordering::Relaxed);
                drop(panic);
            }
            self.door.fetch_sub(1, Ordering::Release);
        }
    }

    /// Waits for a task other than `last`, and returns its number.
    fn wait(&self, last: u64) -> u64 {
        let news = || {
            let number = self.number.load(Ordering::Relaxed);
            (number != last && self.door.load(Ordering::SeqCst) & OPEN != 0).then_some(number)
        };
        let start = Instant::now();
        while start.elapsed() < LOOK_OUT {
            for _ in 0..64 {
                if let Some(number) = news() {
                    return number;
                }
                std::hint::spin_loop();
            }
        }
        self.asleep.fetch_add(1, Ordering::SeqCst);
        let number = loop {
            // Looked at after the word about sleep: who opens the door before it was heard is seen here, who opens it
            // after that wakes this thread.
            if let Some(number) = news() {
                break number;
            }
            std::thread::park();
        };
        self.asleep.fetch_sub(1, Ordering::SeqCst);
        number
    }
}

/// Shuts the door and waits for those inside, also on the way out of a panic.
struct Shut<'a>(&'a Pool);

impl Drop for Shut<'_> {
    fn drop(&mut self) {
        self.0.door.fetch_and(!OPEN, Ordering::AcqRel);
        let mut looks = 0_u32;
        while self.0.door.load(Ordering::Acquire) != 0 {
            std::hint::spin_loop();
            looks += 1;
            // A worker that lost its core in the middle of a part.
            if looks.is_multiple_of(4096) {
                std::thread::yield_now();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_done_once() {
        for parts in [0, 1, 2, 3, 64, 1000] {
            let done: Vec<AtomicUsize> = (0..parts).map(|_| AtomicUsize::new(0)).collect();
            for round in 1..50 {
                run(parts, |part| {
                    done[part].fetch_add(1, Ordering::Relaxed);
                })
                .unwrap();
                assert!(done.iter().all(|n| n.load(Ordering::Relaxed) == round), "{parts} parts, round {round}");
                if round % 10 == 0 {
                    // Long enough for the workers to fall asleep.
                    std::thread::sleep(LOOK_OUT * 4);
                }
            }
        }
    }

    #[test]
    fn several_can_ask_at_once_and_inside_each_other() {
        let done = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        run(5, |_| {
                            run(3, |_| {
                                done.fetch_add(1, Ordering::Relaxed);
                            })
                            .unwrap();
                        })
                        .unwrap();
                    }
                });
            }
        });
        assert_eq!(done.into_inner(), 4 * 200 * 15);
    }

    #[test]
    fn a_panic_is_the_askers_and_the_pool_lives_on() {
        for bad in [0, 7, 31] {
            let asked = catch_unwind(|| {
                run(32, |part| {
                    if part == bad {
                        panic!("part {part}");
                    }
                    std::thread::sleep(Duration::from_micros(20));
                })
            });
            assert!(asked.is_err());
            let done = AtomicUsize::new(0);
            run(32, |_| {
                done.fetch_add(1, Ordering::Relaxed);
            })
            .unwrap();
            assert_eq!(done.into_inner(), 32);
        }
    }
}

//! The program killed at random moments (SAFETY.md: 'A batch is all or nothing', 'A crash anywhere leaves the last
//! snapshot untouched').

mod compact;
mod first_start;
mod ingest;
mod recompute;

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use rand::Rng;

/// How long a whole run of a command takes here and now, learnt from those that were left alone.
struct Pace {
    whole: Duration,
}

/// What became of a run that was to be killed.
struct Killed {
    output: Output,
    /// It was dead before it could end by itself.
    landed: bool,
}

impl Pace {
    fn of(mut command: Command) -> Pace {
        let mut pace = Pace {
            whole: Duration::ZERO,
        };
        pace.run(&mut command);
        pace
    }

    /// Runs a command to its end, which must be a good one.
    fn run(&mut self, command: &mut Command) -> Output {
        let start = Instant::now();
        let output = command.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}: {stderr}");
        self.whole = (self.whole + start.elapsed()) / if self.whole.is_zero() { 1 } else { 2 };
        output
    }

    /// Kills a command at a random moment of a whole run.
    fn kill(&self, command: &mut Command) -> Killed {
        self.kill_after(command, || true)
    }

    /// Kills a command within a quarter of a run of the moment from which `begun` holds.
    #[expect(
        clippy::disallowed_methods,
        reason = "no runtime waits for this thread"
    )]
    fn kill_after(&self, command: &mut Command, begun: impl Fn() -> bool) -> Killed {
        let mut child = command.spawn().unwrap();
        let mut longest = self.whole;
        while !begun() && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(500));
            longest = self.whole / 4;
        }
        std::thread::sleep(longest.mul_f64(rand::rng().random_range(0.0..1.0)));
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        let landed = std::os::unix::process::ExitStatusExt::signal(&output.status) == Some(9);
        Killed { output, landed }
    }
}

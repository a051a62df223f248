//! Days around a window, on and beside its edges.

use super::pools::at;
use super::raw::RawDay;
use crate::date::Date;
use crate::window::Window;

/// Where the days of one program lie.
#[derive(Debug)]
pub(super) struct Days {
    anchors: [Date; 12],
    steps: [i32; 12],
}

impl Days {
    /// Days around the window of `as_of`; some steps are as long as a customer has to stay away to be new again.
    pub(super) fn around(as_of: Date, gap_days: u16) -> Self {
        let window = Window::of(as_of);
        let gap = i32::from(gap_days);
        Days {
            anchors: [
                as_of.plus(-40),
                window.first,
                window.last,
                as_of.plus(-100),
                as_of.plus(-200),
                window.first.plus(-30),
                window.first.plus(60),
                as_of.plus(-150),
                as_of.plus(-40),
                as_of.plus(-250),
                as_of.plus(20),
                window.first.plus(-400),
            ],
            steps: [0, 1, -1, gap, gap + 1, gap - 1, -gap, -gap - 1, 0, 2, 0, 9],
        }
    }

    /// A day that a row may carry.
    pub(super) fn day(&self, raw: RawDay) -> Date {
        let step = at(&self.steps, raw.step);
        at(&self.anchors, raw.anchor)
            .plus(step)
            .clamp(Date::FIRST, Date::LAST)
    }

    /// A day at which something ends, where the last step means that it never does.
    pub(super) fn end(&self, raw: RawDay) -> Date {
        if usize::from(raw.step) % self.steps.len() == self.steps.len() - 1 {
            Date::NONE
        } else {
            self.day(raw)
        }
    }
}

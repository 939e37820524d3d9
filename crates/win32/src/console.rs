//! The console: its control handlers, the standard handles, and the terminal behind them.
//!
//! Owns: what a control event does (`control`), which signals stand for events and when they are ours
//! (`signals`), the three standard handles (`standard`), modes, size and title of a terminal
//! (`terminal`). Does not own files or their handles. Threading: any thread; control handlers run on
//! threads of their own.

pub mod control;
mod signals;
pub mod standard;
pub mod terminal;

//! The process and the system it runs on, as a Windows program asks for them.
//!
//! Owns: the command line and its quoting (`command_line`), the environment (`environment`), the process
//! as an object with times and memory (`own`), processors and memory of the machine (`machine`, `topology`), names
//! of computer and user (`names`), the version that is reported (`version`). Does not own threads or
//! modules. Threading: any thread.

pub mod command_line;
mod environ;
pub mod environment;
pub mod machine;
pub mod names;
pub mod own;
pub mod topology;
pub mod version;

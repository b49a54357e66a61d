//! Headless commands: the same queries and changes without a screen.

pub mod args;

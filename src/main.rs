//! The `quell` binary: arguments and error hooks only.

fn main() {}

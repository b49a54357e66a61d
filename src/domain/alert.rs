//! (written next)

/// One alert in full.
#[derive(Debug)]
pub struct Alert;

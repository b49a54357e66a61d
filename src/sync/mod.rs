//! Pull and push: the source into the cache, the outbox to the source.

pub mod plan;
pub mod trouble;

//! Rewrites the strings when most of them are no longer used.

//! Pull and push.

//! The loopback ARM emulator and the demo tenant.

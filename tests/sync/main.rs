//! Whole rounds of pull and push: the real workers and the real store against the emulator in the same process.

#![allow(clippy::unwrap_used)] // a broken check must stop the test

mod engine;
mod pull;
mod push;
mod world;

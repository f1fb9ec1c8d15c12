//! Registers of the outside world: who there is, who holds what, and which services there are.
pub mod seed;
pub mod store;

//! Clients of agent system users: whom they may act for, and what ends it.
mod api;
mod at_once;
mod change;
mod imports;
mod verbs;
pub mod world;

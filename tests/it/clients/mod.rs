//! Clients of agent system users: whom they may act for, and what ends it.
mod jobs;
mod pages;
mod verbs;
pub mod world;

//! Clients of agent system users: whom they may act for, and what ends it.
mod bulk_api;
mod jobs;
mod pages;
mod verbs;
pub mod world;

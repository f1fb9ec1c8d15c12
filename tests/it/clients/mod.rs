//! Clients of agent system users: whom they may act for, and what ends it.
mod api;
mod at_once;
mod change;
pub mod imports;
mod bulk_api;
mod crash;
mod found_again;
mod jobs;
mod name_keys;
mod pages;
mod rules;
mod seeded;
mod verbs;
pub mod world;

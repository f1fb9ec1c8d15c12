//! One test program: links once.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_types,
    reason = "a test that fails to unwrap has failed, and its servers are not ours to guard"
)]
mod architecture;
mod changes;
mod commands;
mod contract;
mod decision;
mod events;
mod history;
mod life;
mod logins;
mod messages;
mod notices;
mod openapi;
mod oracle;
mod pages;
mod register;
mod registers;
mod repeat;
mod requests;
mod requests_api;
mod security;
mod sessions;
mod support;
mod system_users_api;
mod system_users_doctor;
mod systems;
mod tokens;
mod webhooks;

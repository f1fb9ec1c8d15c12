//! One test program: links once.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_types,
    reason = "a test that fails to unwrap has failed, and its servers are not ours to guard"
)]
mod architecture;
mod authority;
mod changes;
mod clients;
mod commands;
mod contract;
mod create;
mod decision;
mod ended;
mod escalation;
mod events;
mod given_up;
mod history;
mod killed;
mod history_pages;
mod life;
mod logins;
mod matrix;
mod messages;
mod notices;
mod openapi;
mod oracle;
mod outages;
mod overview;
mod pages;
mod proceedings;
mod people;
mod register;
mod registers;
mod repeat;
mod replaced;
mod requests;
mod requests_api;
mod security;
mod services;
mod sessions;
mod states;
mod support;
mod system_users_api;
mod system_users_doctor;
mod systems;
mod tokens;
mod vouched;
mod webhooks;

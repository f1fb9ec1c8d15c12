//! Who asks: a program with a token, or a person with a session.
pub mod answers;
pub mod api;
pub mod form;
pub mod pages;
pub mod person;
pub mod portal;
pub mod problems;
pub mod rate;
pub mod repeat;
pub mod store;
pub mod tokens;

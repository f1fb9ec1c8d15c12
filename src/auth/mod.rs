//! Who asks: a program with a token, or a person with a session.
pub mod form;
pub mod pages;
pub mod person;
pub mod portal;
pub mod problems;
pub mod store;
pub mod tokens;

//! What every route needs: errors, extractors, forms, addresses, headers, the page around the page.
pub mod urls;
pub mod operation;
pub mod error;
pub mod extract;
pub mod json;
pub mod headers;
pub mod paging;
pub mod routes;
pub mod openapi;
pub mod shapes;
pub mod assets;
pub mod view;
pub mod page;
pub mod docs;
pub mod pages;
pub mod items;
pub mod portal;

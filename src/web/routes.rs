//! Routes that can be listed: what a test finds every address and every form from, and what the
//! description of the APIs is made of.
use crate::{app::App, problem::Code};
use axum::{Router, extract::DefaultBodyLimit, handler::Handler, http::Method, routing};
use utoipa::openapi::{
    Paths, RefOr, Schema,
    path::{Operation, PathItem},
};
use utoipa_axum::router::UtoipaMethodRouter;

/// One address and one method that it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub method: Method,
    pub path: String,
}

/// Whose token an API asks for, with the scopes of which it needs one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A vendor's, or another organisation's, from Maskinporten.
    Vendor(&'static [&'static str]),
    /// A person's.
    EndUser(&'static [&'static str]),
    /// Anyone's: nothing is asked for.
    Open,
}

/// What an API's description says of one operation, beside what its handler says.
#[derive(Clone)]
pub struct Described {
    pub method: Method,
    pub path: String,
    pub operation: Operation,
    pub access: Access,
    /// The problem codes that it may answer with.
    pub codes: &'static [Code],
}

impl Described {
    /// Whether all that is wrong with its query is told at once.
    pub fn is_checked_whole(&self) -> bool {
        self.path.starts_with("/authentication/api/v1/enduser/systemuser/clients")
    }
    /// Whether a vendor may send it again under an `Idempotency-Key`. Not a decision: that is never
    /// yesterday's.
    pub fn takes_key(&self) -> bool {
        matches!(self.access, Access::Vendor(_))
            && !self.path.starts_with("/authorization/")
            && matches!(self.method, Method::POST | Method::PUT)
    }
}

/// A router that remembers what is in it.
#[derive(Default)]
pub struct Routes {
    router: Router<App>,
    list: Vec<Route>,
    described: Vec<Described>,
    schemas: Vec<(String, RefOr<Schema>)>,
}
impl Routes {
    pub fn new() -> Self {
        Self::default()
    }
    #[must_use]
    pub fn get<T: 'static>(self, path: &'static str, handler: impl Handler<T, App>) -> Self {
        self.with(Method::GET, path, routing::get(handler))
    }
    #[must_use]
    pub fn post<T: 'static>(self, path: &'static str, handler: impl Handler<T, App>) -> Self {
        self.with(Method::POST, path, routing::post(handler))
    }
    #[must_use]
    pub fn delete<T: 'static>(self, path: &'static str, handler: impl Handler<T, App>) -> Self {
        self.with(Method::DELETE, path, routing::delete(handler))
    }
    fn with(mut self, method: Method, path: &str, to: routing::MethodRouter<App>) -> Self {
        self.router = self.router.route(path, to);
        self.list.push(Route { method, path: path.to_owned() });
        self
    }
    /// A route of an API, as `routes!` makes it of a handler that `utoipa::path` describes.
    #[must_use]
    pub fn api(
        mut self,
        (schemas, paths, handlers): UtoipaMethodRouter<App>,
        access: Access,
        codes: &'static [Code],
    ) -> Self {
        self.schemas.extend(schemas);
        for (method, path, operation) in operations(paths) {
            self.router = self.router.route(&path, handlers.clone());
            self.list.push(Route { method: method.clone(), path: path.clone() });
            self.described.push(Described { method, path, operation, access, codes });
        }
        self
    }
    /// The same routes for bodies of at most so many bytes, where that is not the usual.
    #[must_use]
    pub fn of_at_most(mut self, bytes: usize) -> Self {
        self.router = self.router.layer(DefaultBodyLimit::max(bytes));
        self
    }
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.list.extend(other.list);
        self.described.extend(other.described);
        self.schemas.extend(other.schemas);
        self
    }
    pub fn list(&self) -> &[Route] {
        &self.list
    }
    pub fn described(&self) -> &[Described] {
        &self.described
    }
    pub fn schemas(&self) -> &[(String, RefOr<Schema>)] {
        &self.schemas
    }
    pub fn into_router(self) -> Router<App> {
        self.router
    }
}

fn operations(paths: Paths) -> impl Iterator<Item = (Method, String, Operation)> {
    paths.paths.into_iter().flat_map(|(path, item)| {
        let PathItem { get, put, post, delete, .. } = item;
        [(Method::GET, get), (Method::PUT, put), (Method::POST, post), (Method::DELETE, delete)]
            .into_iter()
            .filter_map(move |(method, operation)| Some((method, path.clone(), operation?)))
    })
}

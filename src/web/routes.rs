//! Routes that can be listed: what a test finds every address and every form from.
use crate::app::App;
use axum::{Router, handler::Handler, http::Method, routing};

/// One address and one method that it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
}

/// A router that remembers what is in it.
#[derive(Default)]
pub struct Routes {
    router: Router<App>,
    list: Vec<Route>,
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
    fn with(mut self, method: Method, path: &'static str, to: routing::MethodRouter<App>) -> Self {
        self.router = self.router.route(path, to);
        self.list.push(Route { method, path });
        self
    }
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.list.extend(other.list);
        self
    }
    pub fn list(&self) -> &[Route] {
        &self.list
    }
    pub fn into_router(self) -> Router<App> {
        self.router
    }
}

//! Access lists: the organisations that a service is limited to, and what each may do there.
use crate::{catalogue::Resource, ids::ResourceId};
use std::collections::HashMap;

/// The lists that one organisation is on: for each service the actions, where none is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessLists(HashMap<ResourceId, Vec<String>>);

impl AccessLists {
    pub fn put(&mut self, resource: ResourceId, actions: Vec<String>) {
        self.0.insert(resource, actions);
    }
    /// Whether the service lets the organisation do this at all: it is not limited, or has it on its
    /// list for the action.
    pub fn allow(&self, resource: &Resource, action: &str) -> bool {
        let listed = || self.0.get(&resource.identifier);
        !resource.is_limited()
            || listed().is_some_and(|only| only.is_empty() || only.iter().any(|a| a == action))
    }
}

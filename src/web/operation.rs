//! The id of the request under way: in the log, on error pages and in problem documents.
tokio::task_local! {
    static OPERATION: uuid::Uuid;
}

/// Gives a request its id.
pub async fn identified<T>(request: impl Future<Output = T>) -> T {
    OPERATION.scope(uuid::Uuid::now_v7(), request).await
}
/// Thirty-two hexadecimal digits; all zero outside a request.
pub fn id() -> String {
    OPERATION.try_with(|id| id.simple().to_string()).unwrap_or_else(|_| "0".repeat(32))
}
/// The same, as W3C trace context writes it.
pub fn trace_id() -> String {
    let id = id();
    let span = id.get(16..).unwrap_or_default();
    format!("00-{id}-{span}-00")
}

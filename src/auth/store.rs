//! Logins under way and logout tokens, in the store: any process may finish what another began.
use crate::{
    clock::Ts,
    db::{Error, Store},
    statements,
};

statements! {
    INSERT_LOGIN = "insert into login (state, browser, place, expires) values ($1, $2, $3, $4)";
    /// Once only: whoever takes it has it.
    TAKE_LOGIN = "delete from login where state = $1 and browser = $2 and expires > $3 returning place";
    DELETE_EXPIRED_LOGINS = "delete from login where expires <= $1";
    INSERT_LOGOUT_TOKEN = "insert into logout_token (jti, expires) values ($1, $2) on conflict do nothing";
    DELETE_EXPIRED_LOGOUT_TOKENS = "delete from logout_token where expires <= $1";
}

/// Minutes that a login may take.
pub const LOGIN_MINUTES: i64 = 10;

pub(super) async fn insert_login(
    store: &Store,
    now: Ts,
    state: &str,
    browser: &str,
    place: &str,
) -> Result<(), Error> {
    store
        .write(async |tx| {
            tx.query(INSERT_LOGIN)
                .bind(state)
                .bind(browser)
                .bind(place)
                .bind(now.plus_minutes(LOGIN_MINUTES))
                .exec()
                .await
        })
        .await
        .map(drop)
}
/// The place that the login was to lead to; `None` if there is no such login in this browser.
pub(super) async fn take_login(
    store: &Store,
    now: Ts,
    state: &str,
    browser: &str,
) -> Result<Option<String>, Error> {
    let row: Option<(String,)> = store
        .write(async |tx| tx.query(TAKE_LOGIN).bind(state).bind(browser).bind(now).opt().await)
        .await?;
    Ok(row.map(|(place,)| place))
}
/// `false` if the token has been used before.
pub(super) async fn use_logout_token(store: &Store, jti: &str, expires: Ts) -> Result<bool, Error> {
    let done = store
        .write(async |tx| tx.query(INSERT_LOGOUT_TOKEN).bind(jti).bind(expires).exec().await)
        .await?;
    Ok(done == 1)
}
/// Forgets what can no longer be used.
pub async fn delete_expired(store: &Store, now: Ts) -> Result<(), Error> {
    store
        .write(async |tx| {
            tx.query(DELETE_EXPIRED_LOGINS).bind(now).exec().await?;
            tx.query(DELETE_EXPIRED_LOGOUT_TOKENS).bind(now).exec().await?;
            Ok(())
        })
        .await
}

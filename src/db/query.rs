//! One statement and what is bound to it, on whichever engine it is to run.
use super::{
    Error,
    readers::{Reader, Readers},
};
use sqlx::{
    Arguments as _, AssertSqlSafe, Encode, FromRow, PgConnection, PgPool, Postgres,
    SqlSafeStr as _, SqlStr, Sqlite, SqliteConnection, Type,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};

/// What can be bound: anything that both engines can write.
pub trait Value:
    for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres> + Send
{
}
impl<T> Value for T where
    T: for<'q> Encode<'q, Sqlite>
        + Type<Sqlite>
        + for<'q> Encode<'q, Postgres>
        + Type<Postgres>
        + Send
{
}
/// What can be read back: anything that both engines can fill.
pub trait Record:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}
impl<T> Record for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

pub(super) enum Target<'c> {
    Readers(&'c Readers),
    Reader(&'c mut Reader),
    SqliteConnection(&'c mut SqliteConnection),
    PgPool(&'c PgPool),
    PgConnection(&'c mut PgConnection),
}
#[derive(Clone)]
enum Arguments {
    Sqlite(SqliteArguments),
    Postgres(PgArguments),
}

/// One statement with its values; runs when asked for its rows.
#[must_use = "a query does nothing until it is run"]
pub struct Query<'c> {
    sql: SqlStr,
    target: Target<'c>,
    arguments: Arguments,
    error: Option<Error>,
    /// Whether the connection keeps it prepared.
    kept: bool,
}

/// Runs one expression on whichever engine the query is for; a read on the pool is tried once more
/// when the connection turns out to be dead.
macro_rules! run {
    ($query:expr, |$sql:ident, $arguments:ident, $on:ident| $run:expr) => {{
        let Query { sql, target, arguments, error, .. } = $query;
        if let Some(error) = error {
            return Err(error);
        }
        match (target, arguments) {
            (Target::Readers(readers), Arguments::Sqlite($arguments)) => {
                let mut reader = readers.take().await?;
                let ($sql, $on) = (sql, reader.ask()?);
                let done = $run;
                reader.answered(&done);
                done
            }
            (Target::Reader(reader), Arguments::Sqlite($arguments)) => {
                let ($sql, $on) = (sql, reader.ask()?);
                let done = $run;
                reader.answered(&done);
                done
            }
            (Target::SqliteConnection($on), Arguments::Sqlite($arguments)) => {
                let $sql = sql;
                $run
            }
            (Target::PgPool($on), Arguments::Postgres(kept)) => {
                let ($sql, $arguments) = (sql.clone(), kept.clone());
                match $run {
                    Err(Error::Io(_)) => {
                        let ($sql, $arguments) = (sql, kept);
                        $run
                    }
                    done => done,
                }
            }
            (Target::PgConnection($on), Arguments::Postgres($arguments)) => {
                let $sql = sql;
                $run
            }
            _ => Err(Error::Protocol("values of one engine bound for the other".into())),
        }
    }};
}

impl<'c> Query<'c> {
    pub(super) fn new(sql: &'static str, target: Target<'c>) -> Self {
        let arguments = match target {
            Target::PgPool(_) | Target::PgConnection(_) => {
                Arguments::Postgres(PgArguments::default())
            }
            _ => Arguments::Sqlite(SqliteArguments::default()),
        };
        Self { sql: sql.into_sql_str(), target, arguments, error: None, kept: true }
    }
    /// Binds the next value: `$1`, then `$2` …
    pub fn bind(mut self, value: impl Value) -> Self {
        let added = match &mut self.arguments {
            Arguments::Sqlite(arguments) => arguments.add(value),
            Arguments::Postgres(arguments) => arguments.add(value),
        };
        if let Err(error) = added {
            self.error.get_or_insert(Error::Encode(error));
        }
        self
    }
    /// Repeats the statement's first `values (…)` for each of `rows`, so that many are inserted at
    /// once; `bind` binds one row's values in order, `width` of them.
    pub fn rows<R>(
        mut self,
        rows: impl IntoIterator<Item = R>,
        width: usize,
        bind: impl Fn(Self, R) -> Self,
    ) -> Self {
        let sql = self.sql.as_str().to_owned();
        let Some((head, row, tail)) = row_of_values(&sql) else {
            return self.wrong("no row of values to repeat");
        };
        let mut repeated = format!("{head}values ({row})");
        for (at, values) in rows.into_iter().enumerate() {
            if at > 0 {
                repeated.push_str(", (");
                push_shifted(&mut repeated, row, at * width);
                repeated.push(')');
            }
            self = bind(self, values);
        }
        repeated.push_str(tail);
        // Only numbered places are added to a statement of ours.
        self.sql = AssertSqlSafe(repeated).into_sql_str();
        self
    }
    /// Opens the statement's `in ($n)`, wherever it stands, for all of `values`, of which there is at
    /// least one; they are bound last. The last is repeated up to a round number, so that few statements are prepared.
    pub fn list<V: Value + Clone>(mut self, values: &[V]) -> Self {
        const ROUND: usize = 50;
        let sql = self.sql.as_str().to_owned();
        let first = sql.split_once("in ($").and_then(|(_, rest)| {
            let (first, _) = rest.split_once(')')?;
            first.parse::<usize>().ok()
        });
        let (Some(first), Some(last)) = (first, values.last()) else {
            return self.wrong("no list to open, or nothing in it");
        };
        let length = if values.len() == 1 { 1 } else { values.len().next_multiple_of(ROUND) };
        let places: Vec<String> = (first..first + length).map(|n| format!("${n}")).collect();
        for at in 0..length {
            self = self.bind(values.get(at).unwrap_or(last).clone());
        }
        let opened = format!("in ({})", places.join(", "));
        self.sql = AssertSqlSafe(sql.replace(&format!("in (${first})"), &opened)).into_sql_str();
        self
    }
    /// Planned anew each time, for a table that grows while it is asked: PostgreSQL would keep the plan
    /// that was good when it was small.
    pub fn planned_anew(mut self) -> Self {
        self.kept = matches!(self.arguments, Arguments::Sqlite(_));
        self
    }
    /// A statement that cannot be run says so when it is.
    fn wrong(mut self, what: &str) -> Self {
        self.error.get_or_insert(Error::Protocol(what.to_owned()));
        self
    }
    /// Every row.
    pub async fn all<T: Record>(self) -> Result<Vec<T>, Error> {
        let kept = self.kept;
        run!(self, |sql, arguments, on| sqlx::query_as_with(sql, arguments)
            .persistent(kept)
            .fetch_all(on)
            .await)
    }
    /// The row, if there is one.
    pub async fn opt<T: Record>(self) -> Result<Option<T>, Error> {
        run!(self, |sql, arguments, on| sqlx::query_as_with(sql, arguments)
            .fetch_optional(on)
            .await)
    }
    /// The row that must be there.
    pub async fn one<T: Record>(self) -> Result<T, Error> {
        self.opt().await?.ok_or(Error::RowNotFound)
    }
    /// Runs the statement; how many rows it touched.
    pub async fn exec(self) -> Result<u64, Error> {
        let kept = self.kept;
        run!(self, |sql, arguments, on| sqlx::query_with(sql, arguments)
            .persistent(kept)
            .execute(on)
            .await
            .map(|done| done.rows_affected()))
    }
}

/// What is inside the first `values (…)`, and what stands before and after it.
fn row_of_values(sql: &str) -> Option<(&str, &str, &str)> {
    let (head, rest) = sql.split_once("values (")?;
    let mut open = 1_usize;
    let end = rest.char_indices().find_map(|(at, c)| {
        match c {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        (open == 0).then_some(at)
    })?;
    let (row, tail) = rest.split_at(end);
    Some((head, row, tail.strip_prefix(')')?))
}

/// A row of places, `by` further on: `$1, 'x', $2` and 2 make `$3, 'x', $4`.
fn push_shifted(sql: &mut String, row: &str, by: usize) {
    let mut parts = row.split('$');
    sql.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(digits);
        let number = number.parse::<usize>().unwrap_or_default() + by;
        sql.push('$');
        sql.push_str(&number.to_string());
        sql.push_str(rest);
    }
}

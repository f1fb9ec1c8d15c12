-- Keyed by a hash of the id in the cookie: who reads the table cannot use a session.
create table session (
    id      text  not null primary key,
    data    jsonb not null,
    issuer  text,
    sid     text,
    created timestamptz not null,
    expires timestamptz not null
);
create index session_by_sid on session (sid);
create index session_by_expiry on session (expires);

-- A login under way: hashes of its state and of the secret in the browser it began in.
create table login (
    state   text  not null primary key,
    browser text  not null,
    place   text  not null,
    expires timestamptz not null
);
create index login_by_expiry on login (expires);

-- Logout tokens that have been used.
create table logout_token (
    jti     text not null primary key,
    expires timestamptz not null
);

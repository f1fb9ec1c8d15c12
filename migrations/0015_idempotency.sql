-- What was answered to a vendor's request, by the key that it came with; encrypted, as an answer may
-- hold a secret that is shown once.
create table idempotency (
    org_no      text   not null,
    key         text   not null,
    fingerprint bytea  not null,
    key_id      text   not null,
    -- Until when a process is at it; whoever takes it over changes it.
    leased      timestamptz not null,
    expires     timestamptz not null,
    status      bigint,
    answer      bytea,
    primary key (org_no, key),
    check ((status is null) = (answer is null))
);
create index idempotency_by_expiry on idempotency (expires);

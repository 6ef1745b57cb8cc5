-- Who may do what: groups, roles, who holds them, and the policies that decide.

CREATE TABLE groups (
    name        text PRIMARY KEY,
    description text NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);

CREATE TABLE group_members (
    group_name text NOT NULL REFERENCES groups (name) ON DELETE CASCADE,
    user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    -- Null for ever.
    expires_at timestamptz,
    PRIMARY KEY (user_id, group_name)
);
CREATE INDEX group_members_group_name ON group_members (group_name, user_id);

CREATE TABLE roles (
    name       text PRIMARY KEY,
    -- Description, permissions by resource, inherited roles; `access::roles::Metadata` is its type.
    metadata   jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE role_assignments (
    role         text NOT NULL REFERENCES roles (name) ON DELETE CASCADE,
    subject_kind text NOT NULL CHECK (subject_kind IN ('user', 'group', 'client')),
    -- The id of a person or client, the name of a group. What it names may be gone: then no one holds it.
    subject      text NOT NULL,
    created_at   timestamptz NOT NULL,
    -- Null for ever.
    expires_at   timestamptz,
    PRIMARY KEY (subject_kind, subject, role)
);
CREATE INDEX role_assignments_role ON role_assignments (role, subject_kind, subject);

-- Policies as a whole, one row a version: what is saved is never changed, so that any version can be gone back to.
CREATE TABLE policy_versions (
    id         uuid PRIMARY KEY,
    -- Cedar: the schema of what is decided about, policies and templates, and links of templates.
    schema     text NOT NULL,
    policies   text NOT NULL,
    links      jsonb NOT NULL,
    -- What policies know of besides people and clients, in Cedar's JSON.
    entities   jsonb NOT NULL,
    comment    text NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL
);

-- Which version decides since when; the last row counts.
CREATE TABLE policy_activations (
    id           uuid PRIMARY KEY,
    version      uuid NOT NULL REFERENCES policy_versions (id),
    activated_by text NOT NULL,
    activated_at timestamptz NOT NULL
);

-- What an operator says of a person besides their profile, for policies: department, clearance, …
ALTER TABLE users ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}';

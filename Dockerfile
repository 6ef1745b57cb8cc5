# Signet in a container: the binary, its configuration file, a user without rights, and no shell.
#
#     docker build --tag signet .
#
# Settings come from the environment (config/signet.toml says how). Signet listens on loopback unless it is told
# otherwise, so a container needs at least SIGNET_SERVER__LISTEN, with TLS or with the proxies that it may trust;
# docker-compose.yml shows a whole set.

# The same Debian as that of the last stage: the C library must not be newer than the one there.
FROM rust:1.95-bookworm AS chef
RUN cargo install cargo-chef --version 0.1.78 --locked
WORKDIR /build

# Dependencies are compiled in a layer of their own, which changes only when they do.
FROM chef AS planner
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM chef AS builder
# Queries are checked against .sqlx: no database is needed to build.
ENV SQLX_OFFLINE=true
COPY --from=planner /build/recipe.json recipe.json
RUN cargo chef cook --release --locked --bin signet --recipe-path recipe.json
COPY . .
RUN cargo build --release --locked --bin signet \
    && strip --strip-debug target/release/signet \
    && mkdir state

# glibc, libgcc and certificate authorities, and nothing to run.
FROM gcr.io/distroless/cc-debian12:nonroot
# Templates, migrations and static files are in the binary.
COPY --from=builder /build/target/release/signet /usr/local/bin/signet
COPY config/signet.toml /etc/signet/signet.toml
# For each command, the health check below included: whoever mounts another file elsewhere says so here.
ENV SIGNET_CONFIG=/etc/signet/signet.toml
# A volume mounted here may be written by the user below: for a master key that is made on the spot.
COPY --from=builder --chown=65532:65532 /build/state /var/lib/signet

# The image's user `nonroot`, by number: so that Kubernetes can tell that it is not root.
USER 65532:65532
# Requests; metrics and health.
EXPOSE 8080 8081
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
    CMD ["/usr/local/bin/signet", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/signet"]
CMD ["serve"]

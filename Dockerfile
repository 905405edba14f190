# syntax=docker/dockerfile:1

# Built on the machine's own architecture, for the one that is asked for.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
ARG TARGETARCH
WORKDIR /source

# The packages are a layer of their own: they change less often than the code.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/SupportStateMcp/SupportStateMcp.csproj src/SupportStateMcp/
RUN dotnet restore src/SupportStateMcp -a "${TARGETARCH:-x64}" -p:SelfContained=true -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=true

# Compiled ahead of time, as one with the runtime: the first answer comes without waiting for the JIT (docs/decisions/0038).
COPY BannedSymbols.txt .editorconfig ./
COPY src/ src/
RUN dotnet publish src/SupportStateMcp --no-restore -c Release -a "${TARGETARCH:-x64}" --self-contained \
      -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=true -p:DebugType=none -p:SatelliteResourceLanguages=en -p:GenerateDocumentationFile=false -o /app \
 && mkdir -m 700 /data

# No shell, no package manager, no root.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled

LABEL org.opencontainers.image.title="SupportStateMcp" \
      org.opencontainers.image.description="Keeps the state of a support desk and serves it over the Model Context Protocol" \
      org.opencontainers.image.base.name="mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled"

WORKDIR /app
COPY --from=build /app ./
COPY --from=build --chown=$APP_UID:$APP_UID /data /data

# REDIS_URL puts the conversations into Redis; without it they are in an SQLite database in /data. In a container the server is reached from
# outside, so "http" starts only with tokens: "docker run --rm IMAGE token create --actor human:maria" makes one, and
# prints the variables SUPPORTSTATE__HTTP__TOKENS__0__... that the server is to be given.
ENV SUPPORTSTATE__HTTP__URL=http://0.0.0.0:3001 \
    SUPPORTSTATE__PERSISTENCE__DIRECTORY=/data \
    DOTNET_EnableDiagnostics=0

USER $APP_UID
VOLUME /data
EXPOSE 3001

# The server asks itself: there is no curl in here.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["/app/SupportStateMcp", "health"]

# "docker run -i IMAGE stdio" speaks over standard input and output instead.
ENTRYPOINT ["/app/SupportStateMcp"]
CMD ["http"]

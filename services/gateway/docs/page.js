// Shows this platform's OpenAPI document; no other document can be asked for through the address.
fetch("/openapi.json")
  .then((answer) => answer.json())
  .then((spec) =>
    SwaggerUIBundle({
      spec: withKeys(spec),
      domNode: document.getElementById("api"),
      deepLinking: true,
      validatorUrl: null,
      queryConfigEnabled: false,
      defaultModelsExpandDepth: 0,
      docExpansion: "list",
    }),
  );

// A key to start with at each call that needs one; who changes the body takes another one.
function withKeys(spec) {
  for (const operation of Object.values(spec.paths).flatMap(Object.values)) {
    for (const parameter of operation.parameters ?? []) {
      if (parameter.name === "Idempotency-Key") parameter.schema.default = freshKey();
    }
  }
  return spec;
}

// Not crypto.randomUUID, which a page without TLS does not have.
function freshKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

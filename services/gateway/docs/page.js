// Shows this platform's OpenAPI document; no other document can be asked for through the address.
SwaggerUIBundle({
  url: "/openapi.json",
  domNode: document.getElementById("api"),
  deepLinking: true,
  validatorUrl: null,
  queryConfigEnabled: false,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  // A key to start with; who changes the body takes another one.
  parameterMacro: (operation, parameter) =>
    parameter.name === "Idempotency-Key" ? freshKey() : parameter.default,
});

// Not crypto.randomUUID, which a page without TLS does not have.
function freshKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

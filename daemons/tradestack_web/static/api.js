// Requests to the server: one way for each method, and one kind of fault.

export class Fault extends Error {
  constructor(status, { error = "fault", message = "", remedy = "" } = {}) {
    super(message || `the server answered with status ${status}`);
    this.status = status;
    this.code = error;
    this.remedy = remedy;
  }
}

export async function get(path) {
  return answered(fetch(path, { headers: { Accept: "application/json" } }));
}

export async function post(path, body, csrf = null) {
  const headers = { "Content-Type": "application/json" };
  if (csrf !== null) headers["X-CSRF-Token"] = csrf;
  return answered(fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

async function answered(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new Fault(0, { error: "gone", message: "the server does not answer", remedy: "is tradestack-web running?" });
  }
  const reply = await response.json().catch(() => ({}));
  if (!response.ok) throw new Fault(response.status, reply);
  return reply;
}

// Passkeys: a form marked data-passkey fetches a challenge, lets the browser answer it, and is sent with the answer.
// The answer is public-key cryptography of the browser itself; nothing secret passes here.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const keys = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function challenge(form) {
  const body = new FormData(form);
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
  const answer = await fetch(form.dataset.passkey, { method: "POST", body, headers, redirect: "error" });
  if (answer.headers.has("HX-Redirect")) location.assign(answer.headers.get("HX-Redirect"));
  if (!answer.ok) throw new Error("no challenge");
  return answer.json();
}

function asked(options) {
  const made = { ...options, challenge: bytes(options.challenge) };
  if (options.user) made.user = { ...options.user, id: bytes(options.user.id) };
  made.excludeCredentials = keys(options.excludeCredentials);
  made.allowCredentials = keys(options.allowCredentials);
  return made;
}

function written(credential) {
  const said = credential.response;
  const response = { clientDataJSON: text(said.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (said[part]) response[part] = text(said[part]);
  }
  if (said.getTransports) response.transports = said.getTransports();
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

async function answer(form) {
  const publicKey = asked(await challenge(form));
  const act = "adds" in form.dataset ? "create" : "get";
  const credential = await navigator.credentials[act]({ publicKey });
  form.elements.credential.value = JSON.stringify(written(credential));
  form.submit();
}

function watch(form) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const said = form.querySelector("[data-said]");
    button.disabled = true;
    said.hidden = true;
    try {
      await answer(form);
    } catch {
      said.textContent = form.dataset.trouble; // refused, given up, or not known: the browser tells no more
      said.hidden = false;
      button.disabled = false;
    }
  });
}

if (window.PublicKeyCredential) document.querySelectorAll("form[data-passkey]").forEach(watch);

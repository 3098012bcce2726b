/** The close code of a socket whose session has ended. */
export const CLOSE_SESSION_ENDED = 4401;
export const SESSION_ENDED = "Your session has ended: log in again.";

/** The address of the login page; undefined where there are no accounts. */
const LOGIN = globalThis.document?.documentElement.dataset.login;
let hasEnded = false;

/** Shows, once, that the session has ended, with a link to the login page that leads back to this page. */
export function showSessionEnd() {
  if (hasEnded || LOGIN === undefined) return;
  hasEnded = true;
  const notice = document.createElement("p");
  notice.className = "notice notice--warning";
  notice.id = "session-ended";
  notice.setAttribute("role", "alert");
  const link = document.createElement("a");
  link.textContent = "Log in again";
  const aim = () => {
    link.href = `${LOGIN}?next=${encodeURIComponent(location.pathname + location.search)}`;
  };
  aim();
  // The address of a page may change, such as with the ink on a canvas.
  for (const type of ["pointerdown", "focus", "click"]) link.addEventListener(type, aim);
  notice.append("Your session has ended, so this page is no longer up to date. ", link);
  document.getElementById("main")?.prepend(notice);
}

import { votes } from "../pad/majority_vote.js";

/**
 * Shows the votes of the versions per digit, most votes first; hidden for a single version.
 *
 * @param {HTMLElement} list
 * @param {import("../pad/predictor.js").VersionPrediction[]} predictions
 */
export function showVoteBar(list, predictions) {
  list.hidden = predictions.length < 2;
  list.replaceChildren(
    ...(list.hidden
      ? []
      : votes(predictions).map(({ digit, count }, place) => newVote(digit, count, predictions.length, place === 0))),
  );
}

/**
 * @param {number} digit
 * @param {number} count of votes
 * @param {number} total
 * @param {boolean} isFirst
 */
function newVote(digit, count, total, isFirst) {
  const vote = document.createElement("li");
  vote.className = isFirst ? "vote is-first" : "vote";
  vote.style.flexGrow = String(count);
  const name = document.createElement("strong");
  name.textContent = String(digit);
  const share = document.createElement("span");
  share.textContent = `${count} of ${total}`;
  vote.append(name, share);
  return vote;
}

import { votes } from "../pad/majority_vote.js";

/**
 * Shows how many versions read which digit, most votes first; nothing where only one was asked.
 *
 * @param {HTMLElement} list
 * @param {import("../pad/predictor.js").VersionPrediction[]} readings
 */
export function showVoteBar(list, readings) {
  list.hidden = readings.length < 2;
  list.replaceChildren(
    ...(list.hidden
      ? []
      : votes(readings).map(({ digit, count }, place) => newVote(digit, count, readings.length, place === 0))),
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

/**
 * What a learner is told, each step beside what it speaks of.
 *
 * @param {{layers: number[]}} summary
 * @param {{write: (digit: number) => void, openStrongest: () => void, showEpoch: (first: boolean) => void}} show what a
 *   step may do with the page
 * @returns {import("./tour.js").Step[]}
 */
export function tourSteps(summary, show) {
  const hidden = summary.layers.slice(1, -1).reduce((a, b) => a + b, 0);
  return [
    {
      target: "pad",
      title: "It sees 784 numbers",
      text: "A drawing becomes 28 × 28 pixels, each a number from 0 (paper) to 1 (ink). That is all the network gets. Here is a 4; draw your own whenever you like.",
      act: () => show.write(4),
    },
    {
      target: "picture-box",
      title: "What a neuron does",
      text: `Each of its ${hidden.toLocaleString()} hidden neurons multiplies every number that reaches it by a weight, adds them up and passes the sum on, bent by its activation. Bright ones say much just now, pale ones nothing. Blue lines push a neuron up, orange ones down.`,
    },
    {
      target: "neuron-card",
      title: "What one neuron looks for",
      text: "Its weights, laid out as pixels: ink on blue excites it, ink on orange holds it back. Beside them, which digits and which test images it answers to most. Click any other neuron to compare.",
      act: () => show.openStrongest(),
    },
    {
      target: "answer",
      title: "How it answers",
      text: "The last ten neurons stand for the digits. Whichever says most wins; its share of the whole is how sure the network is.",
    },
    {
      target: "why",
      title: "Why this digit",
      text: "Every pixel's share of the answer and of the runner-up. Blank paper counts as well: no ink where a 9 would have some speaks for the 4.",
    },
    {
      target: "learning",
      title: "What an epoch does",
      text: "At first all weights are chance, and so are the answers. In each epoch the network reads every training image once and moves each weight a little, so that it would have been less wrong. Here it is before the first; move the slider and see your drawing read at each stage.",
      act: () => show.showEpoch(true),
    },
    {
      target: "learning-none",
      title: "What an epoch does",
      text: "At first all weights are chance, and so are the answers. In each epoch the network reads every training image once and moves each weight a little, so that it would have been less wrong. Train one here, and a slider shows what it made of your drawing after each.",
    },
    {
      target: "learning-layers",
      title: "What the error means",
      text: "The error measures how far the answers are from the truth: 0 if the network were quite sure and always right. Gradients tell how each weight changes the error; as it falls they shrink towards 0, and the weights come to rest.",
      act: () => show.showEpoch(false),
    },
  ];
}

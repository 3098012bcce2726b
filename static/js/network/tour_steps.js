/**
 * The steps of the guided tour: a text per element of the page.
 *
 * @param {{layers: number[]}} summary
 * @param {{write: (digit: number) => void, openStrongest: () => void, showEpoch: (first: boolean) => void}} show
 *   actions of the page
 * @returns {import("./tour.js").Step[]}
 */
export function tourSteps(summary, show) {
  const hidden = summary.layers.slice(1, -1).reduce((a, b) => a + b, 0);
  return [
    {
      target: "pad",
      title: "The input: 784 numbers",
      text: "A drawing becomes 28 × 28 pixels, each a number from 0 (paper) to 1 (ink). The network has no other input. Here is a 4; draw your own whenever you like.",
      act: () => show.write(4),
    },
    {
      target: "picture-box",
      title: "What a neuron does",
      text: `Each of its ${hidden.toLocaleString()} hidden neurons multiplies every input by a weight, adds the products up and applies its activation function to the sum. Bright neurons are active for this drawing, pale ones are not. Blue lines raise the next neuron's sum, orange ones lower it.`,
    },
    {
      target: "neuron-card",
      title: "The weights of one neuron",
      text: "Its weights at the positions of their pixels: ink on blue raises its activation, ink on orange lowers it. Next to them, the digits and the test images that activate it most. Click any other neuron to compare.",
      act: () => show.openStrongest(),
    },
    {
      target: "answer",
      title: "The prediction",
      text: "The last ten neurons stand for the digits. The digit with the largest output is the prediction; its share of the sum, calibrated, is the confidence.",
    },
    {
      target: "why",
      title: "Attribution",
      text: "What every pixel adds to the predicted digit and to the runner-up. Blank paper counts as well: no ink where a 9 would have some is evidence for a 4.",
    },
    {
      target: "learning",
      title: "What an epoch does",
      text: "At first all weights are random, and so are the predictions. In each epoch training goes through every image once and changes each weight a little, so that the error falls. This is the network before the first epoch; move the slider to see the prediction for your drawing after each one.",
      act: () => show.showEpoch(true),
    },
    {
      target: "learning-none",
      title: "What an epoch does",
      text: "At first all weights are random, and so are the predictions. In each epoch training goes through every image once and changes each weight a little, so that the error falls. For a network that was trained here, a slider shows the prediction for your drawing after each epoch.",
    },
    {
      target: "learning-layers",
      title: "Error (loss)",
      text: "The error is the mean loss: how far the predictions are from the true labels, 0 for a network that is always right with full confidence. A gradient is the change of the error per change of a weight; as the error falls, gradients shrink towards 0 and the weights settle.",
      act: () => show.showEpoch(false),
    },
  ];
}

/**
 * Epochs with these numbers, as the server sends them.
 *
 * @param {number[]} numbers
 */
export function epochs(...numbers) {
  return numbers.map((epoch) => ({
    epoch,
    train_error: 1 / epoch,
    validation_error: null,
    validation_accuracy: null,
    train_accuracy: 0.9,
    test_error: 1 / epoch,
    test_accuracy: 0.9,
    learning_rate: 0.1,
    seconds: 2,
  }));
}

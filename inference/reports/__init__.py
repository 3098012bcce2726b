"""Evaluation of versions: metrics, calibration, reliability, intervals, paired tests, scores on corrections."""

"""A data folder of an older version opens under the present code, with every row and file in it."""

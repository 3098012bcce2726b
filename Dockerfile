# One image for web, worker and scheduler; docker-compose.yml says which command each runs.
FROM python:3.11-slim

# TENSORFLOW=0 makes an image that is 1.4 GB smaller: MNIST then comes from the file that DIGITLAB_MNIST names.
ARG TENSORFLOW=1
# S3=1 adds what a model store in a bucket needs.
ARG S3=0
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app
COPY requirements.lock ./
COPY requirements/tensorflow.lock requirements/s3.lock requirements/
RUN pip install --require-hashes -r requirements.lock \
    && if [ "$TENSORFLOW" != 0 ]; then pip install --require-hashes -r requirements/tensorflow.lock; fi \
    && if [ "$S3" != 0 ]; then pip install --require-hashes -r requirements/s3.lock; fi

COPY . .
RUN pip install --no-deps --no-build-isolation --editable . \
    && useradd --create-home --uid 1000 digitlab \
    && install --directory --owner digitlab --mode 0700 /data

USER digitlab
# The port is open to others, so people log in; `local` would serve only the container itself.
ENV DIGITLAB_DATA_DIR=/data DIGITLAB_AUTH=login
VOLUME /data
EXPOSE 8000
CMD ["python", "manage.py", "web", "--host", "0.0.0.0", "--port", "8000"]

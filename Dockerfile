# The service without the embedded database: give it DATABASE_URL and SMTP_URL.
FROM node:22-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional && npm cache clean --force
COPY sql sql
COPY src src
# what the service remembers of its installation; a volume in docker-compose.yml
RUN mkdir .daybatch && chown node:node .daybatch
USER node
EXPOSE 3000
# docker run ... daybatch worker, migrate, doctor: any command of daybatch
ENTRYPOINT ["node", "src/cli.ts"]
CMD ["serve"]

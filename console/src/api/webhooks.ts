import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answerOf, api, newKey } from './client.ts';
import type { components } from './openapi.ts';
import { pages } from './queries.ts';

export type WebhookEndpoint = components['schemas']['WebhookEndpoint'];
export type WebhookDelivery = components['schemas']['WebhookDelivery'];

const PAGE_ROWS = 50;
/** There cannot be more, so that this page is all of them. */
const MOST_ENDPOINTS = 100;

export const endpointsQuery = queryOptions({
  queryKey: ['webhooks', 'endpoints'],
  queryFn: ({ signal }) =>
    answerOf(api.GET('/v1/webhook-endpoints', { params: { query: { limit: MOST_ENDPOINTS } }, signal })),
  refetchInterval: 10_000,
});

export const deliveriesQuery = (endpointId: number) =>
  infiniteQueryOptions({
    queryKey: ['webhooks', 'deliveries', endpointId],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET('/v1/webhook-deliveries', {
          params: { query: { endpoint_id: endpointId, after: pageParam, limit: PAGE_ROWS } },
          signal,
        }),
      ),
    ...pages,
    refetchInterval: 10_000,
  });

export const deliveryQuery = (id: number) =>
  queryOptions({
    queryKey: ['webhooks', 'delivery', id],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/webhook-deliveries/{id}', { params: { path: { id } }, signal })),
  });

const sent = (id: number) => ({ params: { path: { id }, header: { 'idempotency-key': newKey() } }, body: {} });

export const redeliver = (id: number) => answerOf(api.POST('/v1/webhook-deliveries/{id}/redeliver', sent(id)));
export const enableEndpoint = (id: number) => answerOf(api.POST('/v1/webhook-endpoints/{id}/enable', sent(id)));
export const disableEndpoint = (id: number) => answerOf(api.POST('/v1/webhook-endpoints/{id}/disable', sent(id)));
export const testEndpoint = (id: number) => answerOf(api.POST('/v1/webhook-endpoints/{id}/test', sent(id)));

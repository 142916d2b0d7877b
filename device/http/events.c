#include "http/client.h"

static void tell(struct esp_http_client *client, esp_http_client_event_t event)
{
    event.client = client;
    event.user_data = client->user_data;
    if (client->handler) (void)client->handler(&event);
}

void molt_http_tell(struct esp_http_client *client, esp_http_client_event_id_t id)
{
    bool has_error = id == HTTP_EVENT_ERROR || id == HTTP_EVENT_DISCONNECTED;

    tell(client, (esp_http_client_event_t){ .event_id = id,
                                            .data = has_error ? &client->tls_error : NULL });
}

void molt_http_tell_data(struct esp_http_client *client, void *data, size_t len)
{
    if (len == 0) return;
    tell(client, (esp_http_client_event_t){
                     .event_id = HTTP_EVENT_ON_DATA, .data = data, .data_len = (int)len });
}

static void on_status(void *ctx, int status)
{
    (void)status;
    molt_http_tell(ctx, HTTP_EVENT_ON_STATUS_CODE);
}

static void on_header(void *ctx, char *name, char *value)
{
    tell(ctx, (esp_http_client_event_t){
                  .event_id = HTTP_EVENT_ON_HEADER, .header_key = name, .header_value = value });
}

struct molt_http_sink molt_http_sink_for(struct esp_http_client *client)
{
    return (struct molt_http_sink){ .ctx = client, .status = on_status, .header = on_header };
}

export interface paths {
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Say that the process answers */
        get: operations["getHealthLive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Say whether it can do its work, or 503 with what to do */
        get: operations["getHealthReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/inbound/dsn": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a mail that came back
         * @description Scope: write.
         */
        post: operations["postInboundDsn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/inbound/ses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take webhooks of ses, believed by their signature */
        post: operations["postInboundSes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/inbound/sendgrid": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take webhooks of sendgrid, believed by their signature */
        post: operations["postInboundSendgrid"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/inbound/mailgun": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take webhooks of mailgun, believed by their signature */
        post: operations["postInboundMailgun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/inbound/postmark": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take webhooks of postmark, believed by their signature */
        post: operations["postInboundPostmark"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List campaigns with their live counts, newest first
         * @description Scope: read.
         */
        get: operations["getCampaigns"];
        put?: never;
        /**
         * Make a campaign; with status sending or scheduled it starts
         * @description Scope: write.
         */
        post: operations["postCampaigns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a campaign: message, counts, what it waits for, forecast
         * @description Scope: read.
         */
        get: operations["getCampaignsById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change name, message or limit
         * @description Scope: write.
         */
        patch: operations["patchCampaignsById"];
        trace?: never;
    };
    "/api/campaigns/{id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start now
         * @description Scope: write.
         */
        post: operations["postCampaignsByIdStart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/schedule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start at a time to come
         * @description Scope: write.
         */
        post: operations["postCampaignsByIdSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause; mails under way are finished
         * @description Scope: write.
         */
        post: operations["postCampaignsByIdPause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume
         * @description Scope: write.
         */
        post: operations["postCampaignsByIdResume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel for good
         * @description Scope: write.
         */
        post: operations["postCampaignsByIdCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the files of the message
         * @description Scope: read.
         */
        get: operations["getCampaignsByIdAttachments"];
        put?: never;
        /**
         * Add a file to the message
         * @description Scope: write.
         */
        post: operations["postCampaignsByIdAttachments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/attachments/{attachment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a file away
         * @description Scope: write.
         */
        delete: operations["deleteCampaignsByIdAttachmentsByAttachmentId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List past, open and forecast batches
         * @description Scope: read.
         */
        get: operations["getCampaignsByIdBatches"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what became of each contact, with the server's words
         * @description Scope: read.
         */
        get: operations["getCampaignsByIdDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List who did what
         * @description Scope: read.
         */
        get: operations["getCampaignsByIdHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/answers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Group what servers answered when they did not accept
         * @description Scope: read.
         */
        get: operations["getCampaignsByIdAnswers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ask what-if without a campaign
         * @description Scope: read.
         */
        get: operations["getForecast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/in-doubt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Settle mails in doubt
         * @description Scope: write.
         */
        post: operations["postCampaignsByIdInDoubt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/retry-failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put refused contacts back to remaining
         * @description Scope: write.
         */
        post: operations["postCampaignsByIdRetryFailed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add contacts to a running campaign, or take them out before their turn
         * @description Scope: write.
         */
        post: operations["postCampaignsByIdContacts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Forecast the coming batches, also with another limit
         * @description Scope: read.
         */
        get: operations["getCampaignsByIdForecast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Prove the promises of one campaign
         * @description Scope: read.
         */
        get: operations["getCampaignsByIdProof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/contacts/{contact_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell the story of one contact
         * @description Scope: read.
         */
        get: operations["getCampaignsByIdContactsByContactId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List contacts in the order of their ids
         * @description Scope: read.
         */
        get: operations["getContacts"];
        put?: never;
        /**
         * Make a contact, or get the one with that address
         * @description Scope: write.
         */
        post: operations["postContacts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/contacts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a contact
         * @description Scope: read.
         */
        get: operations["getContactsById"];
        put?: never;
        post?: never;
        /**
         * Erase a person
         * @description Scope: write.
         */
        delete: operations["deleteContactsById"];
        options?: never;
        head?: never;
        /**
         * Change a contact; attributes are merged
         * @description Scope: write.
         */
        patch: operations["patchContactsById"];
        trace?: never;
    };
    "/api/contacts/{id}/unsubscribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Unsubscribe a contact from everything
         * @description Scope: write.
         */
        post: operations["postContactsByIdUnsubscribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/lists": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List contact lists with their sizes, newest first
         * @description Scope: read.
         */
        get: operations["getLists"];
        put?: never;
        /**
         * Make a list
         * @description Scope: write.
         */
        post: operations["postLists"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/lists/{id}/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put contacts on a list
         * @description Scope: write.
         */
        post: operations["postListsByIdContacts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/lists/{id}/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import contacts from CSV or NDJSON by stream
         * @description Scope: write.
         */
        post: operations["postListsByIdImports"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/imports/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show the first rows of a file as an import would read them
         * @description Scope: write.
         */
        post: operations["postImportsPreview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List imports, the last first
         * @description Scope: read.
         */
        get: operations["getImports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell how far an import is
         * @description Scope: read.
         */
        get: operations["getImportsById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/imports/{id}/rejections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the rejected rows of an import
         * @description Scope: read.
         */
        get: operations["getImportsByIdRejections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/imports/{id}/rejections.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export the rejected rows of an import as CSV
         * @description Scope: read.
         */
        get: operations["getImportsByIdRejectionsCsv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/contacts/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export all contacts as CSV
         * @description Scope: read.
         */
        get: operations["getContactsExport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/lists/{id}/contacts/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export the contacts of a list as CSV
         * @description Scope: read.
         */
        get: operations["getListsByIdContactsExport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/deliveries/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export what became of each contact as CSV
         * @description Scope: read.
         */
        get: operations["getCampaignsByIdDeliveriesExport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/failures/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export who was refused, skipped or is in doubt as CSV
         * @description Scope: read.
         */
        get: operations["getCampaignsByIdFailuresExport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/suppressions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List suppressions by keyed hash, or those of one address
         * @description Scope: read.
         */
        get: operations["getSuppressions"];
        put?: never;
        /**
         * Never mail an address again
         * @description Scope: write.
         */
        post: operations["postSuppressions"];
        /**
         * Take a suppression back
         * @description Scope: admin.
         */
        delete: operations["deleteSuppressions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/suppressions/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export all suppressions as CSV
         * @description Scope: read.
         */
        get: operations["getSuppressionsExport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/suppressions/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import suppressions from CSV by stream
         * @description Scope: write.
         */
        post: operations["postSuppressionsImports"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/smtp-servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the SMTP servers and whether one refuses
         * @description Scope: read.
         */
        get: operations["getSmtpServers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bounce-limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List from which rates on campaigns pause
         * @description Scope: read.
         */
        get: operations["getBounceLimits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Set from which rates on campaigns pause
         * @description Scope: admin.
         */
        patch: operations["patchBounceLimits"];
        trace?: never;
    };
    "/api/purge-deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete old tries, one bounded step
         * @description Scope: admin.
         */
        post: operations["postPurgeDeliveries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/purge-history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete old events and sweeps, one bounded step
         * @description Scope: admin.
         */
        post: operations["postPurgeHistory"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/check-operation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Say what is in order and what is not
         * @description Scope: read.
         */
        get: operations["getCheckOperation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/adopt-report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Report what an older application had done
         * @description Scope: read.
         */
        get: operations["getAdoptReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/take-over": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Wake the engine beside an older application
         * @description Scope: admin.
         */
        post: operations["postTakeOver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/confirm-installation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm a restored or copied database
         * @description Scope: admin.
         */
        post: operations["postConfirmInstallation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rotate-token-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a new key for unsubscribe links and return paths
         * @description Scope: admin.
         */
        post: operations["postRotateTokenKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the API keys, without the keys
         * @description Scope: admin.
         */
        get: operations["getKeys"];
        put?: never;
        /**
         * Make an API key, shown this once
         * @description Scope: admin.
         */
        post: operations["postKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description Scope: admin.
         */
        delete: operations["deleteKeysByKeyId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/cron/process-campaigns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Do what is due, for an outside cron
         * @description Scope: write.
         */
        get: operations["getCronProcessCampaigns"];
        put?: never;
        /**
         * Do what is due, for an outside cron
         * @description Scope: write.
         */
        post: operations["postCronProcessCampaigns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/debug/test-batch-campaign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Test the batching with a simulated campaign
         * @description Scope: read.
         */
        get: operations["getDebugTestBatchCampaign"];
        put?: never;
        /**
         * Initialise the tracking of one campaign
         * @description Scope: write.
         */
        post: operations["postDebugTestBatchCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell where all campaigns stand, in one object
         * @description Scope: read.
         */
        get: operations["getOverview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/overview/campaigns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List campaigns with their blockers and forecast end
         * @description Scope: read.
         */
        get: operations["getOverviewCampaigns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Group ends other than sent
         * @description Scope: read.
         */
        get: operations["getCampaignsByIdFailures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/finish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell when the last batch is due
         * @description Scope: read.
         */
        get: operations["getCampaignsByIdFinish"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audience": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count who would be in an audience, and who cannot be mailed
         * @description Scope: read.
         */
        get: operations["getAudience"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/overview/parts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell which parts of the page this service has
         * @description Scope: read.
         */
        get: operations["getOverviewParts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/contacts/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Find a contact by address
         * @description Scope: read.
         */
        post: operations["postContactsSearch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream what happens
         * @description Scope: read.
         */
        get: operations["getEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream what happens to one campaign
         * @description Scope: read.
         */
        get: operations["getCampaignsByIdEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhooks with their state
         * @description Scope: admin.
         */
        get: operations["getWebhooks"];
        put?: never;
        /**
         * Make a webhook; its secret is shown this once
         * @description Scope: admin.
         */
        post: operations["postWebhooks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a webhook
         * @description Scope: admin.
         */
        get: operations["getWebhooksById"];
        put?: never;
        post?: never;
        /**
         * Remove a webhook with its messages
         * @description Scope: admin.
         */
        delete: operations["deleteWebhooksById"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Switch a webhook on
         * @description Scope: admin.
         */
        post: operations["postWebhooksByIdEnable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Switch a webhook off
         * @description Scope: admin.
         */
        post: operations["postWebhooksByIdDisable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a webhook another secret, shown this once
         * @description Scope: admin.
         */
        post: operations["postWebhooksByIdRotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a webhook a test message
         * @description Scope: admin.
         */
        post: operations["postWebhooksByIdTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell a webhook again
         * @description Scope: admin.
         */
        post: operations["postWebhooksByIdReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what a webhook was told, with the last answers
         * @description Scope: admin.
         */
        get: operations["getWebhooksByIdDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show the mail of a contact as it would be
         * @description Scope: write.
         */
        post: operations["postCampaignsByIdPreview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/campaigns/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send one mail to an address
         * @description Scope: write.
         */
        post: operations["postCampaignsByIdTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: never;
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getHealthLive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        status: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getHealthReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        status: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postInboundDsn: {
        parameters: {
            query?: {
                recipient?: string;
            };
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        result: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postInboundSes: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        recorded: number;
                        known: number;
                        ignored: number;
                        unknown: number;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postInboundSendgrid: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        recorded: number;
                        known: number;
                        ignored: number;
                        unknown: number;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postInboundMailgun: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        recorded: number;
                        known: number;
                        ignored: number;
                        unknown: number;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postInboundPostmark: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        recorded: number;
                        known: number;
                        ignored: number;
                        unknown: number;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCampaigns: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                status?: "draft" | "scheduled" | "sending" | "paused" | "completed" | "cancelled";
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            /** @enum {unknown} */
                            status: "draft" | "scheduled" | "sending" | "paused" | "completed" | "cancelled";
                            daily_send_limit: number;
                            contact_list_ids: string[] | null;
                            total_contacts: number | null;
                            remaining_count: number | null;
                            processed_count: number | null;
                            failed_count: number | null;
                            percent_done: number | null;
                            current_batch_number: number | null;
                            open_batch_number: number | null;
                            open_batch_size: number | null;
                            open_batch_sent: number | null;
                            open_batch_sending: number | null;
                            first_batch_sent_at: string | null;
                            next_batch_send_time: string | null;
                            batch_interval: string | null;
                            in_doubt_policy: string | null;
                            scheduled_at: string | null;
                            pause_reason: string | null;
                            paused_at: string | null;
                            waits_for: string | null;
                            tracking_initialised_at: string | null;
                            created_at: string | null;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postCampaigns: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    subject?: string | null;
                    sender?: string | null;
                    reply_to?: string | null;
                    html_body?: string | null;
                    text_body?: string | null;
                    daily_send_limit?: number;
                    contact_list_ids?: string[];
                    batch_interval?: string;
                    /** @enum {unknown} */
                    in_doubt_policy?: "never" | "resend" | "ask";
                    smtp_server?: string | null;
                    daily_send_time?: string | null;
                    send_window_from?: string | null;
                    send_window_to?: string | null;
                    send_window_days?: number[] | null;
                    send_time_zone?: string | null;
                    ramp_up_by?: number | null;
                    ramp_up_percent?: number | null;
                    ramp_up_to?: number | null;
                    spread_over?: string | null;
                    limit_policy?: ("per_batch" | "rolling") | null;
                    /** @enum {unknown} */
                    status?: "draft" | "scheduled" | "sending";
                    /** Format: date-time */
                    scheduled_at?: string;
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        /** @enum {unknown} */
                        status: "draft" | "scheduled" | "sending" | "paused" | "completed" | "cancelled";
                        daily_send_limit: number;
                        contact_list_ids: string[] | null;
                        total_contacts: number | null;
                        remaining_count: number | null;
                        processed_count: number | null;
                        failed_count: number | null;
                        percent_done: number | null;
                        current_batch_number: number | null;
                        open_batch_number: number | null;
                        open_batch_size: number | null;
                        open_batch_sent: number | null;
                        open_batch_sending: number | null;
                        first_batch_sent_at: string | null;
                        next_batch_send_time: string | null;
                        batch_interval: string | null;
                        in_doubt_policy: string | null;
                        scheduled_at: string | null;
                        pause_reason: string | null;
                        paused_at: string | null;
                        waits_for: string | null;
                        tracking_initialised_at: string | null;
                        created_at: string | null;
                        subject: string | null;
                        sender: string | null;
                        reply_to: string | null;
                        html_body: string | null;
                        text_body: string | null;
                        smtp_server: string | null;
                        daily_send_time: string | null;
                        send_window_from: string | null;
                        send_window_to: string | null;
                        send_window_days: number[] | null;
                        send_time_zone: string | null;
                        ramp_up_by: number | null;
                        ramp_up_percent: number | null;
                        ramp_up_to: number | null;
                        spread_over: string | null;
                        version: string;
                        batch_history: {
                            batch_number: number;
                            sent_count: number;
                        }[] | null;
                        blockers: {
                            blocker: string;
                            reason: string;
                            since: string | null;
                            ends_at: string | null;
                            needs_somebody: boolean;
                        }[];
                        next_batch: {
                            batch_number: number;
                            /** Format: date-time */
                            due_at: string;
                            size: number;
                        } | null;
                        batches_to_come: number;
                        finish_at: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCampaignsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        /** @enum {unknown} */
                        status: "draft" | "scheduled" | "sending" | "paused" | "completed" | "cancelled";
                        daily_send_limit: number;
                        contact_list_ids: string[] | null;
                        total_contacts: number | null;
                        remaining_count: number | null;
                        processed_count: number | null;
                        failed_count: number | null;
                        percent_done: number | null;
                        current_batch_number: number | null;
                        open_batch_number: number | null;
                        open_batch_size: number | null;
                        open_batch_sent: number | null;
                        open_batch_sending: number | null;
                        first_batch_sent_at: string | null;
                        next_batch_send_time: string | null;
                        batch_interval: string | null;
                        in_doubt_policy: string | null;
                        scheduled_at: string | null;
                        pause_reason: string | null;
                        paused_at: string | null;
                        waits_for: string | null;
                        tracking_initialised_at: string | null;
                        created_at: string | null;
                        subject: string | null;
                        sender: string | null;
                        reply_to: string | null;
                        html_body: string | null;
                        text_body: string | null;
                        smtp_server: string | null;
                        daily_send_time: string | null;
                        send_window_from: string | null;
                        send_window_to: string | null;
                        send_window_days: number[] | null;
                        send_time_zone: string | null;
                        ramp_up_by: number | null;
                        ramp_up_percent: number | null;
                        ramp_up_to: number | null;
                        spread_over: string | null;
                        version: string;
                        batch_history: {
                            batch_number: number;
                            sent_count: number;
                        }[] | null;
                        blockers: {
                            blocker: string;
                            reason: string;
                            since: string | null;
                            ends_at: string | null;
                            needs_somebody: boolean;
                        }[];
                        next_batch: {
                            batch_number: number;
                            /** Format: date-time */
                            due_at: string;
                            size: number;
                        } | null;
                        batches_to_come: number;
                        finish_at: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    patchCampaignsById: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read: 412 when it is another now. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    subject?: string | null;
                    sender?: string | null;
                    reply_to?: string | null;
                    html_body?: string | null;
                    text_body?: string | null;
                    daily_send_limit?: number;
                    contact_list_ids?: string[];
                    batch_interval?: string;
                    /** @enum {unknown} */
                    in_doubt_policy?: "never" | "resend" | "ask";
                    smtp_server?: string | null;
                    daily_send_time?: string | null;
                    send_window_from?: string | null;
                    send_window_to?: string | null;
                    send_window_days?: number[] | null;
                    send_time_zone?: string | null;
                    ramp_up_by?: number | null;
                    ramp_up_percent?: number | null;
                    ramp_up_to?: number | null;
                    spread_over?: string | null;
                    limit_policy?: ("per_batch" | "rolling") | null;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        /** @enum {unknown} */
                        status: "draft" | "scheduled" | "sending" | "paused" | "completed" | "cancelled";
                        daily_send_limit: number;
                        contact_list_ids: string[] | null;
                        total_contacts: number | null;
                        remaining_count: number | null;
                        processed_count: number | null;
                        failed_count: number | null;
                        percent_done: number | null;
                        current_batch_number: number | null;
                        open_batch_number: number | null;
                        open_batch_size: number | null;
                        open_batch_sent: number | null;
                        open_batch_sending: number | null;
                        first_batch_sent_at: string | null;
                        next_batch_send_time: string | null;
                        batch_interval: string | null;
                        in_doubt_policy: string | null;
                        scheduled_at: string | null;
                        pause_reason: string | null;
                        paused_at: string | null;
                        waits_for: string | null;
                        tracking_initialised_at: string | null;
                        created_at: string | null;
                        subject: string | null;
                        sender: string | null;
                        reply_to: string | null;
                        html_body: string | null;
                        text_body: string | null;
                        smtp_server: string | null;
                        daily_send_time: string | null;
                        send_window_from: string | null;
                        send_window_to: string | null;
                        send_window_days: number[] | null;
                        send_time_zone: string | null;
                        ramp_up_by: number | null;
                        ramp_up_percent: number | null;
                        ramp_up_to: number | null;
                        spread_over: string | null;
                        version: string;
                        batch_history: {
                            batch_number: number;
                            sent_count: number;
                        }[] | null;
                        blockers: {
                            blocker: string;
                            reason: string;
                            since: string | null;
                            ends_at: string | null;
                            needs_somebody: boolean;
                        }[];
                        next_batch: {
                            batch_number: number;
                            /** Format: date-time */
                            due_at: string;
                            size: number;
                        } | null;
                        batches_to_come: number;
                        finish_at: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postCampaignsByIdStart: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
                /** @description The ETag that was read: 412 when it is another now. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        /** @enum {unknown} */
                        status: "draft" | "scheduled" | "sending" | "paused" | "completed" | "cancelled";
                        daily_send_limit: number;
                        contact_list_ids: string[] | null;
                        total_contacts: number | null;
                        remaining_count: number | null;
                        processed_count: number | null;
                        failed_count: number | null;
                        percent_done: number | null;
                        current_batch_number: number | null;
                        open_batch_number: number | null;
                        open_batch_size: number | null;
                        open_batch_sent: number | null;
                        open_batch_sending: number | null;
                        first_batch_sent_at: string | null;
                        next_batch_send_time: string | null;
                        batch_interval: string | null;
                        in_doubt_policy: string | null;
                        scheduled_at: string | null;
                        pause_reason: string | null;
                        paused_at: string | null;
                        waits_for: string | null;
                        tracking_initialised_at: string | null;
                        created_at: string | null;
                        subject: string | null;
                        sender: string | null;
                        reply_to: string | null;
                        html_body: string | null;
                        text_body: string | null;
                        smtp_server: string | null;
                        daily_send_time: string | null;
                        send_window_from: string | null;
                        send_window_to: string | null;
                        send_window_days: number[] | null;
                        send_time_zone: string | null;
                        ramp_up_by: number | null;
                        ramp_up_percent: number | null;
                        ramp_up_to: number | null;
                        spread_over: string | null;
                        version: string;
                        batch_history: {
                            batch_number: number;
                            sent_count: number;
                        }[] | null;
                        blockers: {
                            blocker: string;
                            reason: string;
                            since: string | null;
                            ends_at: string | null;
                            needs_somebody: boolean;
                        }[];
                        next_batch: {
                            batch_number: number;
                            /** Format: date-time */
                            due_at: string;
                            size: number;
                        } | null;
                        batches_to_come: number;
                        finish_at: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postCampaignsByIdSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
                /** @description The ETag that was read: 412 when it is another now. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date-time */
                    scheduled_at: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        /** @enum {unknown} */
                        status: "draft" | "scheduled" | "sending" | "paused" | "completed" | "cancelled";
                        daily_send_limit: number;
                        contact_list_ids: string[] | null;
                        total_contacts: number | null;
                        remaining_count: number | null;
                        processed_count: number | null;
                        failed_count: number | null;
                        percent_done: number | null;
                        current_batch_number: number | null;
                        open_batch_number: number | null;
                        open_batch_size: number | null;
                        open_batch_sent: number | null;
                        open_batch_sending: number | null;
                        first_batch_sent_at: string | null;
                        next_batch_send_time: string | null;
                        batch_interval: string | null;
                        in_doubt_policy: string | null;
                        scheduled_at: string | null;
                        pause_reason: string | null;
                        paused_at: string | null;
                        waits_for: string | null;
                        tracking_initialised_at: string | null;
                        created_at: string | null;
                        subject: string | null;
                        sender: string | null;
                        reply_to: string | null;
                        html_body: string | null;
                        text_body: string | null;
                        smtp_server: string | null;
                        daily_send_time: string | null;
                        send_window_from: string | null;
                        send_window_to: string | null;
                        send_window_days: number[] | null;
                        send_time_zone: string | null;
                        ramp_up_by: number | null;
                        ramp_up_percent: number | null;
                        ramp_up_to: number | null;
                        spread_over: string | null;
                        version: string;
                        batch_history: {
                            batch_number: number;
                            sent_count: number;
                        }[] | null;
                        blockers: {
                            blocker: string;
                            reason: string;
                            since: string | null;
                            ends_at: string | null;
                            needs_somebody: boolean;
                        }[];
                        next_batch: {
                            batch_number: number;
                            /** Format: date-time */
                            due_at: string;
                            size: number;
                        } | null;
                        batches_to_come: number;
                        finish_at: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postCampaignsByIdPause: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
                /** @description The ETag that was read: 412 when it is another now. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        /** @enum {unknown} */
                        status: "draft" | "scheduled" | "sending" | "paused" | "completed" | "cancelled";
                        daily_send_limit: number;
                        contact_list_ids: string[] | null;
                        total_contacts: number | null;
                        remaining_count: number | null;
                        processed_count: number | null;
                        failed_count: number | null;
                        percent_done: number | null;
                        current_batch_number: number | null;
                        open_batch_number: number | null;
                        open_batch_size: number | null;
                        open_batch_sent: number | null;
                        open_batch_sending: number | null;
                        first_batch_sent_at: string | null;
                        next_batch_send_time: string | null;
                        batch_interval: string | null;
                        in_doubt_policy: string | null;
                        scheduled_at: string | null;
                        pause_reason: string | null;
                        paused_at: string | null;
                        waits_for: string | null;
                        tracking_initialised_at: string | null;
                        created_at: string | null;
                        subject: string | null;
                        sender: string | null;
                        reply_to: string | null;
                        html_body: string | null;
                        text_body: string | null;
                        smtp_server: string | null;
                        daily_send_time: string | null;
                        send_window_from: string | null;
                        send_window_to: string | null;
                        send_window_days: number[] | null;
                        send_time_zone: string | null;
                        ramp_up_by: number | null;
                        ramp_up_percent: number | null;
                        ramp_up_to: number | null;
                        spread_over: string | null;
                        version: string;
                        batch_history: {
                            batch_number: number;
                            sent_count: number;
                        }[] | null;
                        blockers: {
                            blocker: string;
                            reason: string;
                            since: string | null;
                            ends_at: string | null;
                            needs_somebody: boolean;
                        }[];
                        next_batch: {
                            batch_number: number;
                            /** Format: date-time */
                            due_at: string;
                            size: number;
                        } | null;
                        batches_to_come: number;
                        finish_at: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postCampaignsByIdResume: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
                /** @description The ETag that was read: 412 when it is another now. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        /** @enum {unknown} */
                        status: "draft" | "scheduled" | "sending" | "paused" | "completed" | "cancelled";
                        daily_send_limit: number;
                        contact_list_ids: string[] | null;
                        total_contacts: number | null;
                        remaining_count: number | null;
                        processed_count: number | null;
                        failed_count: number | null;
                        percent_done: number | null;
                        current_batch_number: number | null;
                        open_batch_number: number | null;
                        open_batch_size: number | null;
                        open_batch_sent: number | null;
                        open_batch_sending: number | null;
                        first_batch_sent_at: string | null;
                        next_batch_send_time: string | null;
                        batch_interval: string | null;
                        in_doubt_policy: string | null;
                        scheduled_at: string | null;
                        pause_reason: string | null;
                        paused_at: string | null;
                        waits_for: string | null;
                        tracking_initialised_at: string | null;
                        created_at: string | null;
                        subject: string | null;
                        sender: string | null;
                        reply_to: string | null;
                        html_body: string | null;
                        text_body: string | null;
                        smtp_server: string | null;
                        daily_send_time: string | null;
                        send_window_from: string | null;
                        send_window_to: string | null;
                        send_window_days: number[] | null;
                        send_time_zone: string | null;
                        ramp_up_by: number | null;
                        ramp_up_percent: number | null;
                        ramp_up_to: number | null;
                        spread_over: string | null;
                        version: string;
                        batch_history: {
                            batch_number: number;
                            sent_count: number;
                        }[] | null;
                        blockers: {
                            blocker: string;
                            reason: string;
                            since: string | null;
                            ends_at: string | null;
                            needs_somebody: boolean;
                        }[];
                        next_batch: {
                            batch_number: number;
                            /** Format: date-time */
                            due_at: string;
                            size: number;
                        } | null;
                        batches_to_come: number;
                        finish_at: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postCampaignsByIdCancel: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
                /** @description The ETag that was read: 412 when it is another now. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        /** @enum {unknown} */
                        status: "draft" | "scheduled" | "sending" | "paused" | "completed" | "cancelled";
                        daily_send_limit: number;
                        contact_list_ids: string[] | null;
                        total_contacts: number | null;
                        remaining_count: number | null;
                        processed_count: number | null;
                        failed_count: number | null;
                        percent_done: number | null;
                        current_batch_number: number | null;
                        open_batch_number: number | null;
                        open_batch_size: number | null;
                        open_batch_sent: number | null;
                        open_batch_sending: number | null;
                        first_batch_sent_at: string | null;
                        next_batch_send_time: string | null;
                        batch_interval: string | null;
                        in_doubt_policy: string | null;
                        scheduled_at: string | null;
                        pause_reason: string | null;
                        paused_at: string | null;
                        waits_for: string | null;
                        tracking_initialised_at: string | null;
                        created_at: string | null;
                        subject: string | null;
                        sender: string | null;
                        reply_to: string | null;
                        html_body: string | null;
                        text_body: string | null;
                        smtp_server: string | null;
                        daily_send_time: string | null;
                        send_window_from: string | null;
                        send_window_to: string | null;
                        send_window_days: number[] | null;
                        send_time_zone: string | null;
                        ramp_up_by: number | null;
                        ramp_up_percent: number | null;
                        ramp_up_to: number | null;
                        spread_over: string | null;
                        version: string;
                        batch_history: {
                            batch_number: number;
                            sent_count: number;
                        }[] | null;
                        blockers: {
                            blocker: string;
                            reason: string;
                            since: string | null;
                            ends_at: string | null;
                            needs_somebody: boolean;
                        }[];
                        next_batch: {
                            batch_number: number;
                            /** Format: date-time */
                            due_at: string;
                            size: number;
                        } | null;
                        batches_to_come: number;
                        finish_at: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCampaignsByIdAttachments: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            attachment_id: string;
                            file_name: string;
                            media_type: string;
                            content_id: string | null;
                            byte_count: number;
                            /** Format: date-time */
                            added_at: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postCampaignsByIdAttachments: {
        parameters: {
            query: {
                file_name: string;
                content_id?: string;
            };
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        attachment_id: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    deleteCampaignsByIdAttachmentsByAttachmentId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                attachment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, nothing to say */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCampaignsByIdBatches: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                from?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            batch_number: number;
                            /** @enum {unknown} */
                            state: "closed" | "open" | "forecast";
                            source: string | null;
                            send_limit: number | null;
                            slot_count: number;
                            /** Format: date-time */
                            due_at: string;
                            opened_at: string | null;
                            closed_at: string | null;
                            sent_count: number | null;
                            failed_count: number | null;
                            refused_count: number | null;
                            skipped_count: number | null;
                            in_doubt_count: number | null;
                            returned_count: number | null;
                            remaining_count: number | null;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCampaignsByIdDeliveries: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                status?: "queued" | "claimed" | "sending" | "sent" | "failed" | "skipped" | "in_doubt" | "deferred";
                rule?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** Format: uuid */
                            contact_id: string;
                            email: string | null;
                            status: string;
                            batch_number: number;
                            slot: number | null;
                            reason: string | null;
                            evidence: string | null;
                            attempt_count: number;
                            stage: string | null;
                            reply_code: number | null;
                            enhanced_code: string | null;
                            reply_text: string | null;
                            rule: string | null;
                            smtp_server: string | null;
                            sending_at: string | null;
                            settled_at: string | null;
                            retry_at: string | null;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCampaignsByIdHistory: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            event_id: string;
                            /** Format: date-time */
                            happened_at: string;
                            event: string;
                            detail: {
                                [key: string]: unknown;
                            };
                            done_by: string;
                            application_name: string;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCampaignsByIdAnswers: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            outcome: string;
                            stage: string;
                            rule: string | null;
                            reply_code: number | null;
                            enhanced_code: string | null;
                            tries: number;
                            contacts: number;
                            /** Format: date-time */
                            last_at: string;
                            reply_text: string | null;
                        }[];
                        is_complete: boolean;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getForecast: {
        parameters: {
            query: {
                contacts: number;
                limit?: number;
                interval?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        batches: number;
                        finish_at: string | null;
                        items: {
                            batch_number: number;
                            /** Format: date-time */
                            due_at: string;
                            size: number;
                            remaining_after: number;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postCampaignsByIdInDoubt: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    contacts: "all" | string[];
                    /** @enum {unknown} */
                    as: "sent" | "not_sent";
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        settled: number;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postCampaignsByIdRetryFailed: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    contacts?: string[];
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        returned: number;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postCampaignsByIdContacts: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
                /** @description The ETag that was read: 412 when it is another now. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    add?: string[];
                    remove?: string[];
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        added: number;
                        removed: string[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCampaignsByIdForecast: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            batch_number: number;
                            /** Format: date-time */
                            due_at: string;
                            size: number;
                            remaining_after: number;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCampaignsByIdProof: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            promise: string;
                            holds: boolean;
                            figures: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCampaignsByIdContactsByContactId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                contact_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            happened_at: string | null;
                            what: string;
                            detail: string | null;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getContacts: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** Format: uuid */
                            id: string;
                            email: string;
                            first_name: string | null;
                            last_name: string | null;
                            attributes: {
                                [key: string]: unknown;
                            };
                            unsubscribed_at: string | null;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postContacts: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                    first_name?: string | null;
                    last_name?: string | null;
                    attributes?: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        email: string;
                        first_name: string | null;
                        last_name: string | null;
                        attributes: {
                            [key: string]: unknown;
                        };
                        unsubscribed_at: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getContactsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        email: string;
                        first_name: string | null;
                        last_name: string | null;
                        attributes: {
                            [key: string]: unknown;
                        };
                        unsubscribed_at: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    deleteContactsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, nothing to say */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    patchContactsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email?: string;
                    first_name?: string | null;
                    last_name?: string | null;
                    attributes?: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        email: string;
                        first_name: string | null;
                        last_name: string | null;
                        attributes: {
                            [key: string]: unknown;
                        };
                        unsubscribed_at: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postContactsByIdUnsubscribe: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        unsubscribed: boolean;
                        is_new: boolean;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getLists: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            created_at: string | null;
                            contact_count?: number;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postLists: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                        created_at: string | null;
                        contact_count?: number;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postListsByIdContacts: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    contacts: ({
                        email: string;
                        first_name?: string | null;
                        last_name?: string | null;
                        attributes?: {
                            [key: string]: unknown;
                        };
                    } | string)[];
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        added: number;
                        existing: number;
                        rejected: {
                            reason: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postListsByIdImports: {
        parameters: {
            query?: {
                file_name?: string;
                map?: string;
                mode?: "atomic" | "resumable";
                import_id?: string;
            };
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        import_id?: string;
                        /** Format: uuid */
                        id?: string;
                        /** Format: uuid */
                        list_id?: string;
                    };
                };
            };
            /** @description Begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        import_id?: string;
                        /** Format: uuid */
                        id?: string;
                        /** Format: uuid */
                        list_id?: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postImportsPreview: {
        parameters: {
            query?: {
                file_name?: string;
                map?: string;
            };
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getImports: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** Format: uuid */
                            import_id?: string;
                            /** Format: uuid */
                            id?: string;
                            /** Format: uuid */
                            list_id?: string;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getImportsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        import_id?: string;
                        /** Format: uuid */
                        id?: string;
                        /** Format: uuid */
                        list_id?: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getImportsByIdRejections: {
        parameters: {
            query?: {
                after_line?: number;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            line_number: number;
                            reason: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getImportsByIdRejectionsCsv: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getContactsExport: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getListsByIdContactsExport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCampaignsByIdDeliveriesExport: {
        parameters: {
            query?: {
                status?: "queued" | "claimed" | "sending" | "sent" | "failed" | "skipped" | "in_doubt" | "deferred";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCampaignsByIdFailuresExport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getSuppressions: {
        parameters: {
            query?: {
                email?: string;
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: number;
                            address_key: string;
                            list_id: string | null;
                            reason: string;
                            source: string;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postSuppressions: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                    /** @enum {unknown} */
                    reason?: "unsubscribed" | "bounced" | "complained" | "manual";
                    /** Format: uuid */
                    list_id?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        suppressed: boolean;
                        is_new: boolean;
                    };
                };
            };
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        suppressed: boolean;
                        is_new: boolean;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    deleteSuppressions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                    /** Format: uuid */
                    list_id?: string;
                    confirmed?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        lifted: boolean;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getSuppressionsExport: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postSuppressionsImports: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        added: number;
                        existing: number;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getSmtpServers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            name: string;
                            host: string;
                            port: number | null;
                            tls: string | null;
                            username: string | null;
                            has_password: boolean;
                            is_enabled: boolean;
                            is_fallback: boolean;
                            under_way: number;
                            refusal: string | null;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getBounceLimits: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            campaign_id: string | null;
                            bounce_rate: number;
                            bounce_minimum: number;
                            complaint_rate: number;
                            complaint_minimum: number;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    patchBounceLimits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    campaign_id?: string;
                    bounce_rate?: number;
                    bounce_minimum?: number;
                    complaint_rate?: number;
                    complaint_minimum?: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        set: boolean;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postPurgeDeliveries: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    older_than: string;
                    limit?: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        purged: number;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postPurgeHistory: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    older_than: string;
                    limit?: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        purged: number;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCheckOperation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            name: string;
                            state: string;
                            finding: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getAdoptReport: {
        parameters: {
            query?: {
                campaign_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            name: unknown;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postTakeOver: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    confirm?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        explanation: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postConfirmInstallation: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    confirm?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        installation_id: string;
                        explanation: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postRotateTokenKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    retire?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key_number: number;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            key_id: string;
                            name: string;
                            /** @enum {unknown} */
                            scope: "read" | "write" | "admin";
                            is_usable: boolean;
                            /** Format: date-time */
                            created_at: string;
                            created_by: string;
                            expires_at: string | null;
                            revoked_at: string | null;
                            last_used_at: string | null;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postKeys: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @enum {unknown} */
                    scope?: "read" | "write" | "admin";
                    /** Format: date-time */
                    expires_at?: string;
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key_id: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    deleteKeysByKeyId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, nothing to say */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCronProcessCampaigns: {
        parameters: {
            query?: {
                campaignId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ok: boolean;
                        campaigns: {
                            /** Format: uuid */
                            campaign_id: string;
                            action: string;
                            reason: string | null;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postCronProcessCampaigns: {
        parameters: {
            query?: {
                campaignId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ok: boolean;
                        campaigns: {
                            /** Format: uuid */
                            campaign_id: string;
                            action: string;
                            reason: string | null;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getDebugTestBatchCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ok: boolean;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postDebugTestBatchCampaign: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    campaignId: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        total_contacts: number;
                        remaining_count: number;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getOverview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getOverviewCampaigns: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                search?: string;
                show?: "draft" | "scheduled" | "sending" | "paused" | "completed" | "cancelled" | "needs";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: Record<string, never>[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCampaignsByIdFailures: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: Record<string, never>[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCampaignsByIdFinish: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getAudience: {
        parameters: {
            query: {
                list: string | string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getOverviewParts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        mailbox: boolean;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postContactsSearch: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        email: string;
                        first_name: string | null;
                        last_name: string | null;
                        attributes: {
                            [key: string]: unknown;
                        };
                        unsubscribed_at: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getEvents: {
        parameters: {
            query?: {
                last_event_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getCampaignsByIdEvents: {
        parameters: {
            query?: {
                last_event_id?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getWebhooks: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** Format: uuid */
                            id: string;
                            url: string;
                            event_types: string[];
                            campaign_id: string | null;
                            is_enabled: boolean;
                            disabled_reason: string | null;
                            failing_since: string | null;
                            waiting_count: number;
                            dead_count: number;
                            next_try_at: string | null;
                            last_delivered_at: string | null;
                            created_at: string;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postWebhooks: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    url: string;
                    event_types: string[];
                    /** Format: uuid */
                    campaign_id?: string;
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        url: string;
                        event_types: string[];
                        campaign_id: string | null;
                        is_enabled: boolean;
                        disabled_reason: string | null;
                        failing_since: string | null;
                        waiting_count: number;
                        dead_count: number;
                        next_try_at: string | null;
                        last_delivered_at: string | null;
                        created_at: string;
                        secret: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getWebhooksById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        url: string;
                        event_types: string[];
                        campaign_id: string | null;
                        is_enabled: boolean;
                        disabled_reason: string | null;
                        failing_since: string | null;
                        waiting_count: number;
                        dead_count: number;
                        next_try_at: string | null;
                        last_delivered_at: string | null;
                        created_at: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    deleteWebhooksById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, nothing to say */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postWebhooksByIdEnable: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        url: string;
                        event_types: string[];
                        campaign_id: string | null;
                        is_enabled: boolean;
                        disabled_reason: string | null;
                        failing_since: string | null;
                        waiting_count: number;
                        dead_count: number;
                        next_try_at: string | null;
                        last_delivered_at: string | null;
                        created_at: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postWebhooksByIdDisable: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        url: string;
                        event_types: string[];
                        campaign_id: string | null;
                        is_enabled: boolean;
                        disabled_reason: string | null;
                        failing_since: string | null;
                        waiting_count: number;
                        dead_count: number;
                        next_try_at: string | null;
                        last_delivered_at: string | null;
                        created_at: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postWebhooksByIdRotate: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        url: string;
                        event_types: string[];
                        campaign_id: string | null;
                        is_enabled: boolean;
                        disabled_reason: string | null;
                        failing_since: string | null;
                        waiting_count: number;
                        dead_count: number;
                        next_try_at: string | null;
                        last_delivered_at: string | null;
                        created_at: string;
                        secret: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postWebhooksByIdTest: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message_id: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postWebhooksByIdReplay: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    since_event_id?: number;
                    /** Format: date-time */
                    since?: string;
                    /** Format: uuid */
                    message_id?: string;
                };
            };
        };
        responses: {
            /** @description Begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        replayed: number;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    getWebhooksByIdDeliveries: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                status?: "waiting" | "delivered" | "dead";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** Format: uuid */
                            id: string;
                            webhook_message_id: string;
                            event_type: string;
                            /** @enum {unknown} */
                            status: "waiting" | "delivered" | "dead";
                            attempt_count: number;
                            due_at: string | null;
                            last_status_code: number | null;
                            last_answer: string | null;
                            created_at: string;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postCampaignsByIdPreview: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    contact_id?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        from: string;
                        to: string;
                        subject: string;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
    postCampaignsByIdTest: {
        parameters: {
            query?: never;
            header?: {
                /** @description A new uuid for each new request: a retry gets the answer of the first, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    to: string;
                    /** Format: uuid */
                    contact_id?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        accepted: boolean;
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            /** @description Refused or failed: `detail` says what to do */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        type: string;
                        title: string;
                        status: number;
                        detail?: string;
                        code?: string;
                        instance?: string;
                        errors?: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
        };
    };
}

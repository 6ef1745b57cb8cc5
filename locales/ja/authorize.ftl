# What is said on behalf of an application: $client is its name.

continue-to = 「{ $client }」に進みます
returning-to = 「{ $client }」に戻っています…
returning-hint = 自動的に移動しない場合は、ご自身で先に進んでください。
completed-title = 回答済み
completed-heading = このリクエストにはすでに回答済みです
completed-lead = 「{ $client }」に進むか、このページを閉じてください。

select-account = アカウントの選択
continue-as = 次のアカウントで続行

# Where a policy does not let an account in.
refusal-title = 許可されていません
refusal-lead = このアカウントで「{ $client }」にサインインすることは許可されていません。

# Consent.
consent-title = 「{ $client }」にアクセスを許可
consent-heading = 「{ $client }」があなたのアカウントへのアクセスを求めています
consent-about = このアプリについて
consent-identity = このアプリに伝わるあなたの情報
consent-resource = このアプリが「{ $resource }」でできること
consent-no-scopes = あなた本人として操作できます。個別に許可される操作はありません。
consent-offline = あなたが利用していない間も、改めて許可を求めることなく、このアクセスを維持します。
consent-next = どちらを選んでも、{ $host } に進みます。心当たりのある内容だけを許可してください。
consent-policy = あなたのデータの取り扱い
consent-terms = 利用規約
consent-self-registered = このアプリは自己登録されたものです。アプリの名前や、アプリが自らについて示している内容は、ここでは誰も確認していません。
allow = 許可する
deny = 拒否する

# Scopes, each by its name in the protocol.
scope-openid = あなたが誰であるかの確認
scope-profile = プロフィールの参照：名前、ユーザー名、写真、生年月日など
scope-email = メールアドレスの参照
scope-address = 住所の参照
scope-phone = 電話番号の参照
scope-offline_access = あなたが利用していない間も接続を維持

# Single claims, each by its name in the protocol.
claim-name = 氏名の参照
claim-given_name = 名の参照
claim-family_name = 姓の参照
claim-middle_name = ミドルネームの参照
claim-nickname = ニックネームの参照
claim-preferred_username = ユーザー名の参照
claim-profile = プロフィールページのURLの参照
claim-picture = 写真の参照
claim-website = ウェブサイトのURLの参照
claim-gender = 性別の参照
claim-birthdate = 生年月日の参照
claim-zoneinfo = タイムゾーンの参照
claim-locale = 言語の参照
claim-updated_at = プロフィールの最終更新日時の参照
claim-email = メールアドレスの参照
claim-email_verified = メールアドレスが確認済みかどうかの参照
claim-address = 住所の参照
claim-phone_number = 電話番号の参照
claim-phone_number_verified = 電話番号が確認済みかどうかの参照

# A request that cannot be answered.
request-broken = このリンクは機能しません
request-broken-message = アプリから送られたリクエストに応答できません。アプリに戻ってもう一度試すか、アプリの開発元にお知らせください。
request-gone = このサインインは終了しています
request-gone-message = 時間がかかりすぎたか、別のブラウザで開始されたものです。アプリに戻って、もう一度サインインしてください。
